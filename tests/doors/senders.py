"""The five providers as characters: each signs what it sends, by hand and over the bytes, and knocks at its door."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from django.test import Client

from integrations.models import Delivery
from tenants import scope

PUBLIC_URL = "https://hooks.example"

# One for all of them: each builds its middleware anew. An uncaught error is an answer too: 500.
_client = Client(raise_request_exception=False)


class Sender:
    """A provider. `secret` is the one that our settings know, `stranger` the one of somebody else."""

    provider: str
    path: str
    setting: str
    secret: str
    stranger: str
    signature_header: str
    content_type = "application/json"

    def sign(self, body: bytes, *, at: datetime, secret: str | None = None) -> dict[str, str]:
        """Return the headers that go with these bytes."""
        raise NotImplementedError

    def key(self, secret: str | None) -> str:
        return self.secret if secret is None else secret

    def event(self, number: int = 1) -> bytes:
        """Return the body of an event; each number is another one."""
        raise NotImplementedError

    def post(self, body: bytes, headers: Mapping[str, str], *, query: str = "") -> Any:
        return _client.post(
            self.path + query, data=body, content_type=self.content_type, headers=dict(headers)
        )

    def send(self, body: bytes, *, at: datetime) -> Any:
        return self.post(body, self.sign(body, at=at))


class Retell(Sender):
    provider, path, setting = "retell", "/api/retell/webhook", "RETELL_API_KEY"
    secret, stranger = "key_0123456789abcdef0123456789ab", "key_ffffffffffffffffffffffffffff"
    signature_header = "X-Retell-Signature"

    def sign(self, body: bytes, *, at: datetime, secret: str | None = None) -> dict[str, str]:
        stamp = str(int(at.timestamp() * 1000))
        digest = _digest(self.key(secret), body + stamp.encode()).hex()
        return {self.signature_header: f"v={stamp},d={digest}"}

    def event(self, number: int = 1) -> bytes:
        return orjson.dumps({"event": "call_started", "call": {"call_id": f"call_{number}"}})


class Calcom(Sender):
    provider, path, setting = "calcom", "/api/calcom/webhook", "CALCOM_WEBHOOK_SECRET"
    secret, stranger = "whsec_cal_0123456789", "whsec_cal_9876543210"
    signature_header = "X-Cal-Signature-256"

    def sign(self, body: bytes, *, at: datetime, secret: str | None = None) -> dict[str, str]:
        return {self.signature_header: _digest(self.key(secret), body).hex()}

    def event(self, number: int = 1) -> bytes:
        return orjson.dumps(
            {
                "triggerEvent": "BOOKING_CREATED",
                "createdAt": "2026-11-23T10:00:24.912Z",
                "payload": {"uid": f"uid{number}", "bookingId": number, "title": "Färben"},
            }
        )


class Stripe(Sender):
    provider, path, setting = "stripe", "/api/stripe/webhook", "STRIPE_WEBHOOK_SECRET"
    secret, stranger = "whsec_test_0123456789abcdef", "whsec_test_fedcba9876543210"
    signature_header = "Stripe-Signature"

    def sign(self, body: bytes, *, at: datetime, secret: str | None = None) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        digest = _digest(self.key(secret), stamp.encode() + b"." + body).hex()
        return {self.signature_header: f"t={stamp},v1={digest}"}

    def event(self, number: int = 1) -> bytes:
        return orjson.dumps(
            {
                "id": f"evt_{number}",
                "object": "event",
                "type": "checkout.session.completed",
                "data": {"object": {"id": "cs_test_1", "payment_status": "paid"}},
            }
        )


class Twilio(Sender):
    provider, path, setting = "twilio", "/api/twilio/status", "TWILIO_AUTH_TOKEN"
    secret, stranger = "0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff"
    signature_header = "X-Twilio-Signature"
    content_type = "application/x-www-form-urlencoded"

    def sign(
        self,
        body: bytes,
        *,
        at: datetime,
        secret: str | None = None,
        url: str = f"{PUBLIC_URL}/api/twilio/status",
        algorithm: str = "sha1",
    ) -> dict[str, str]:
        fields = sorted(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        text = url + "".join(name + value for name, value in fields)
        digest = hmac.digest(self.key(secret).encode(), text.encode(), algorithm)
        return {self.signature_header: base64.b64encode(digest).decode()}

    def event(self, number: int = 1) -> bytes:
        return self.report(f"SM{number:032d}", "delivered")

    def report(self, number: str, status: str, **fields: str) -> bytes:
        return urlencode(
            {"MessageSid": number, "MessageStatus": status, "To": "+491713920042", **fields}
        ).encode()


class Resend(Sender):
    provider, path, setting = "resend", "/api/resend/webhook", "RESEND_WEBHOOK_SECRET"
    secret = "whsec_dKNmfNibe8Nkb87i4JhxlVfAyGZSWZ7B"
    stranger = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature_header = "svix-signature"

    def sign(self, body: bytes, *, at: datetime, secret: str | None = None) -> dict[str, str]:
        number = "msg_" + hashlib.sha256(body).hexdigest()[:27]
        stamp = str(int(at.timestamp()))
        key = base64.b64decode(self.key(secret).removeprefix("whsec_"))
        digest = hmac.digest(key, f"{number}.{stamp}.".encode() + body, "sha256")
        return {
            "svix-id": number,
            "svix-timestamp": stamp,
            self.signature_header: "v1," + base64.b64encode(digest).decode(),
        }

    def event(self, number: int = 1) -> bytes:
        return self.report(f"mail-{number}", "email.delivered")

    def report(self, number: str, kind: str, **data: Any) -> bytes:
        return orjson.dumps(
            {
                "type": kind,
                "created_at": "2026-11-23T10:01:02.000Z",
                "data": {"email_id": number, "to": ["erika.mustermann@example.org"], **data},
            }
        )


RETELL, CALCOM, STRIPE, TWILIO, RESEND = Retell(), Calcom(), Stripe(), Twilio(), Resend()
SENDERS: tuple[Sender, ...] = (RETELL, CALCOM, STRIPE, TWILIO, RESEND)
BY_PROVIDER = {sender.provider: sender for sender in SENDERS}
# Who writes the time into the signature. The others leave it to us to know what came before.
TIMED = (RETELL, STRIPE, RESEND)
IN_JSON = (RETELL, CALCOM, STRIPE, RESEND)


def stored(provider: str) -> list[Delivery]:
    """Return what is kept of a provider, oldest first."""
    with scope.platform():
        return list(Delivery.objects.filter(provider=provider).order_by("pk"))


def _digest(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, "sha256")
