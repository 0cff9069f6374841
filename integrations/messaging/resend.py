"""Resend: anymail builds the request, our own door sends it, with a key against sending twice.

Source: Resend API reference (send e-mail, errors, idempotency keys), read 2026-11-21.
"""

from typing import Any

from anymail.backends import resend
from anymail.message import AnymailRecipientStatus
from django.core.mail import EmailMessage

from integrations import http
from integrations.errors import ConfigurationError, PermanentError, RetryableError

PROVIDER, OPERATION = "resend", "send"


class EmailBackend(resend.EmailBackend):  # type: ignore[misc]
    """`EMAIL_BACKEND = "integrations.messaging.resend.EmailBackend"`; one recipient for each message."""

    def open(self) -> bool:
        return False  # the door keeps the connections

    def close(self) -> None:
        pass

    def _send(self, message: EmailMessage) -> bool:
        self.session = True  # anymail's base refuses to send without a session of its own
        sent: bool = super()._send(message)
        return sent

    def build_message_payload(self, message: EmailMessage, defaults: Any) -> "_Payload":
        return _Payload(message, defaults, self)

    def post_to_esp(self, payload: "_Payload", message: EmailMessage) -> http.Answer:
        if not self.api_key:
            raise ConfigurationError(PROVIDER, OPERATION, code="no_key")
        asked = payload.get_request_params(self.api_url)
        try:
            return http.request(
                asked["method"],
                asked["url"],
                provider=PROVIDER,
                operation=OPERATION,
                headers=asked["headers"],
                content=asked["data"],
            )
        except RetryableError as error:
            # The first attempt was accepted, with other contents. Repeating will never be.
            if error.code == "invalid_idempotent_request":
                raise PermanentError(
                    PROVIDER, OPERATION, status=error.status, code=error.code
                ) from None
            raise

    def parse_recipient_status(
        self, response: http.Answer, payload: "_Payload", message: EmailMessage
    ) -> dict[str, Any]:
        number = response.json().get("id")
        if not isinstance(number, str) or not number:
            raise response.unreadable()
        status = AnymailRecipientStatus(message_id=number, status="queued")
        return {recipient.addr_spec: status for recipient in payload.recipients}


class _Payload(resend.ResendPayload):  # type: ignore[misc]
    def __init__(self, message: EmailMessage, defaults: Any, backend: EmailBackend) -> None:
        once = getattr(message, "idempotency_key", None)
        super().__init__(
            message, defaults, backend, headers={"Idempotency-Key": once} if once else {}
        )

    def set_extra_headers(self, headers: dict[str, Any]) -> None:
        # Resend gives the Message-ID; ours is the idempotency key.
        super().set_extra_headers(
            {name: value for name, value in headers.items() if name.lower() != "message-id"}
        )
