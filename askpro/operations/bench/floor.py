"""The floors: what the language, the framework and the database cost before the product does anything.

A project of one file, served by the same granian as the product. `/bare` is Django with nothing in it, `/ack` a verified
and durable acknowledgement (inbox row and outbox row in one statement, no ORM), `/usual` the same the usual way (REST
framework view, serializer, transaction, get_or_create, default middleware), `raw` the acknowledgement without Django.
"""

import hashlib
import hmac
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import django
import environ
import psycopg
from django.conf import settings

KEY = os.environ.get("BENCH_SIGNING_KEY", "").encode()
URL = os.environ.get("DATABASE_URL", "")
_ENTRY = environ.Env.db_url_config(URL or "postgresql://", engine="django.db.backends.postgresql")
_ENTRY["HOST"] = unquote(_ENTRY.get("HOST") or "")  # the folder of a socket
_NO_BODY = {"Content-Length": "0"}
_HEADER = re.compile(r"v=([0-9]{1,15}),d=([0-9a-f]{64})")
_ACK = (
    "WITH i AS (INSERT INTO bench_inbox (provider, event_key, body) VALUES (1, %s, %s)"
    " ON CONFLICT DO NOTHING RETURNING id) INSERT INTO bench_outbox (inbox_id, kind) SELECT id, 1 FROM i"
)
_USUAL = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

if not settings.configured:
    settings.configure(
        DEBUG=False,
        SECRET_KEY="of a floor that keeps nothing secret",  # noqa: S106
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        MIDDLEWARE=_USUAL if os.environ.get("BENCH_MIDDLEWARE") else [],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
        ],
        DATABASES={
            "default": {
                **_ENTRY,
                "CONN_MAX_AGE": None,
            }
        },
        LOGGING_CONFIG=None,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from psycopg_pool import ConnectionPool  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Inbox(models.Model):
    provider = models.SmallIntegerField()
    event_key = models.TextField()
    body = models.BinaryField()

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_inbox"

    def __str__(self) -> str:
        return self.event_key


def _signed(body: bytes, header: str) -> bool:
    found = _HEADER.fullmatch(header)
    if not found or abs(time.time() * 1000 - int(found[1])) > 300_000:
        return False
    digest = hmac.digest(KEY, body + found[1].encode(), hashlib.sha256).hex()
    return hmac.compare_digest(digest, found[2])


def _event_key(body: bytes) -> str:
    content = json.loads(body)
    return f"{content['event']}:{content['call']['call_id']}"


_pool: ConnectionPool | None = None
_pool_lock = threading.Lock()
_mine = threading.local()


def _connections() -> ConnectionPool:
    global _pool
    with _pool_lock:
        if _pool is None:
            kwargs: dict[str, Any] = {"autocommit": True, "prepare_threshold": 1}
            _pool = ConnectionPool(URL, min_size=2, max_size=8, kwargs=kwargs, open=True)
            _pool.wait()
    return _pool


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok", headers={"Content-Length": "2"})


@csrf_exempt
def ack(request: HttpRequest) -> HttpResponse:
    if not _signed(request.body, request.headers.get("x-retell-signature", "")):
        return HttpResponse(status=401, headers=_NO_BODY)
    with _connections().connection() as connection:
        connection.execute(_ACK, (_event_key(request.body), request.body))
    return HttpResponse(status=200, headers=_NO_BODY)


class _CallIn(serializers.Serializer[Any]):
    call_id = serializers.CharField(max_length=255)
    from_number = serializers.CharField(max_length=20)
    to_number = serializers.CharField(max_length=20)
    transcript = serializers.CharField()


class _EventIn(serializers.Serializer[Any]):
    event = serializers.CharField(max_length=50)
    call = _CallIn()


class Usual(APIView):
    def post(self, request: Request) -> Response:
        raw = request.body
        if not _signed(raw, request.headers.get("x-retell-signature", "")):
            return Response(status=401, headers=_NO_BODY)
        event = _EventIn(data=request.data)
        event.is_valid(raise_exception=True)
        key = f"{event.validated_data['event']}:{event.validated_data['call']['call_id']}"
        with transaction.atomic():
            Inbox._default_manager.get_or_create(provider=1, event_key=key, defaults={"body": raw})
        return Response(status=200, headers=_NO_BODY)


urlpatterns = [
    path("bare", bare),
    path("ack", ack),
    path("usual", csrf_exempt(Usual.as_view())),
]
application = get_wsgi_application()


def raw(
    environ_: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:  # "environ" is a module here
    """Acknowledge without Django: the physical floor of this language and this database."""
    body = environ_["wsgi.input"].read(int(environ_.get("CONTENT_LENGTH") or 0))
    signed = _signed(body, environ_.get("HTTP_X_RETELL_SIGNATURE", ""))
    if signed:
        connection = getattr(_mine, "connection", None)
        if connection is None:
            connection = psycopg.connect(URL, autocommit=True, prepare_threshold=1)
            _mine.connection = connection
        connection.execute(_ACK, (_event_key(body), body))
    start_response("200 OK" if signed else "401 Unauthorized", [("content-length", "0")])
    return [b""]
