"""The doors of the product, used as a server would use them: through its WSGI application, with a key or a session."""

import io
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest

from tenants.models import User

_TOKEN = "t" * 32  # both halves of the protection against forged forms come from us


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a door answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    is_page: bool = False

    @property
    def data(self) -> Any:
        return json.loads(self.body) if self.body else None

    def outcome(self, details: list[str]) -> str:
        """Return a word for the report; what no caller should ever see ends in "Error"."""
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            details.append(f"{self.status} {self.body[:300]!r}")
            return "ServerError"
        if self.is_page:
            return {302: "done", 200: "refused"}.get(self.status, f"http {self.status}")
        if self.status < HTTPStatus.MULTIPLE_CHOICES:
            return "again" if "Idempotency-Replayed" in self.headers else "done"
        return str(self.data["code"])


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody with a session at the back office, and programs with keys; remembers what was answered to which key."""

    session: str
    application: WSGIHandler = field(default_factory=WSGIHandler)
    _answered: dict[str, Answer] = field(default_factory=dict)
    _contradictions: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self, method: str, path: str, body: Any = None, *, key: str, again: str | None = None
    ) -> Answer:
        """Ask the REST API; `again` is the key of the request, under which it may come twice."""
        headers = {"HTTP_AUTHORIZATION": f"Bearer {key}", "CONTENT_TYPE": "application/json"}
        if again is not None:
            headers["HTTP_IDEMPOTENCY_KEY"] = again
        answer = self._send(method, path, json.dumps(body or {}).encode(), headers)
        if again is not None and answer.status < HTTPStatus.MULTIPLE_CHOICES:
            self._compare(again, answer)
        return answer

    def post(self, path: str, fields: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> Answer:
        """Send a form of the back office."""
        cookies = {
            settings.SESSION_COOKIE_NAME: self.session,
            settings.CSRF_COOKIE_NAME: _TOKEN,
            settings.LANGUAGE_COOKIE_NAME: "de",
        }
        headers = {
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "HTTP_X_CSRFTOKEN": _TOKEN,
            "HTTP_REFERER": f"https://{_host()}/admin/",
        }
        answer = self._send("POST", path, urlencode(fields).encode(), headers)
        return Answer(status=answer.status, body=answer.body, headers=answer.headers, is_page=True)

    def contradictions(self) -> list[str]:
        """Return, once, which keys got two different answers."""
        with self._lock:
            found = list(self._contradictions)
            self._contradictions.clear()
        return found

    def _compare(self, again: str, answer: Answer) -> None:
        with self._lock:
            before = self._answered.setdefault(again, answer)
            if (before.status, before.data) != (answer.status, answer.data):
                self._contradictions.append(f"{again}: {before.body!r} and {answer.body!r}")

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        started: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": _host(),
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": _host(),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **headers,
        }
        response = self.application(environ, lambda *told: started.append(told))  # type: ignore[arg-type]
        try:
            content = b"".join(response)
        finally:
            response.close()
        status, sent = started[0][:2]
        return Answer(status=int(status.split()[0]), body=content, headers=dict(sent))


def sign_in(user: User) -> Visitor:
    """Open a session for somebody, as the page for signing in does."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    return Visitor(session=str(request.session.session_key))


def _host() -> str:
    named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    return named[0].lstrip(".") if named else "localhost"
