"""E-mail through whichever backend Django is set to. Sent is what a provider has answered for."""

import smtplib
import uuid
from email.message import EmailMessage as Header
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any

from anymail import exceptions as anymail
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import BadHeaderError, EmailMessage

from integrations import http
from integrations.errors import ConfigurationError, PermanentError, ProviderError, RetryableError
from integrations.models import Message

_PLACE, _OPERATION = "email", "send"
_ACCEPTED = {"sent", "queued"}


def send(message: Message) -> str:
    """Hand one message over for one recipient and return the number under which it was accepted.

    That is the provider's where it gives one, else the Message-ID that we set and the server took.

    :raises ProviderError: it was not accepted, or nobody knows
    """
    mail = _compose(message)
    try:
        accepted = mail.send()
    except ProviderError:
        raise
    except _FORESEEN as error:
        # Mail libraries put addresses and texts into their errors.
        raise _translated(error) from None
    return _number_of(mail, accepted)


class Mail(EmailMessage):
    """A mail that knows the key under which it must not be sent twice."""

    idempotency_key: str


def _compose(message: Message) -> Mail:
    once = _fingerprint(message)
    mail = Mail(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        headers={"Message-ID": f"<{once}@{_our_domain()}>", "Auto-Submitted": "auto-generated"},
    )
    mail.idempotency_key = once
    for attachment in message.attachments:
        mail.attach(_part(attachment))
    return mail


def _fingerprint(message: Message) -> str:
    """The same for every attempt of one row, and never again for another one, also after a restored backup."""
    written = message.created_at.isoformat()
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{message.tenant_id}/{message.key}/{written}").hex


def _our_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _part(attachment: dict[str, str]) -> MIMEText:
    """Build the part by hand: `attach(name, content, type)` loses parameters such as method=REQUEST."""
    header = Header()
    header["Content-Type"] = attachment["type"]
    if header.get_content_maintype() != "text":
        raise PermanentError(_PLACE, _OPERATION, code="attachment_is_no_text")
    part = MIMEText(attachment["content"], header.get_content_subtype(), "utf-8")
    for name, value in header["Content-Type"].params.items():
        if name != "charset":
            part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=attachment["name"])
    return part


def _number_of(mail: Mail, accepted: int) -> str:
    status: Any = getattr(mail, "anymail_status", None)
    if status is None:
        if accepted != 1:
            raise RetryableError(_PLACE, _OPERATION, code="not_accepted")
        return str(mail.extra_headers["Message-ID"])
    states = status.status or set()
    if not states or not states <= _ACCEPTED or not isinstance(status.message_id, str):
        raise RetryableError(_PLACE, _OPERATION, code="not_accepted")
    return status.message_id


_FORESEEN = (
    anymail.AnymailError,
    smtplib.SMTPException,
    OSError,
    BadHeaderError,
    ImproperlyConfigured,
)
_KINDS: tuple[tuple[type[Exception], type[ProviderError], str], ...] = (
    (smtplib.SMTPAuthenticationError, ConfigurationError, "login_refused"),
    (anymail.AnymailConfigurationError, ConfigurationError, "misconfigured"),
    (ImproperlyConfigured, ConfigurationError, "misconfigured"),
    (anymail.AnymailRecipientsRefused, PermanentError, "recipient_refused"),
    (anymail.AnymailAPIError, RetryableError, "unreachable"),
    (anymail.AnymailError, PermanentError, "cannot_be_sent"),
    (BadHeaderError, PermanentError, "cannot_be_sent"),
)


def _translated(error: Exception) -> ProviderError:
    status = _status_of(error)
    if isinstance(error, anymail.AnymailAPIError) and status is not None:
        return http.error_for(_PLACE, _OPERATION, status=status)
    for foreign, ours, code in _KINDS:
        if isinstance(error, foreign):
            return ours(_PLACE, _OPERATION, status=status, code=code)
    if status is not None and status >= 500:  # SMTP: 4xx means later, 5xx means never
        return PermanentError(_PLACE, _OPERATION, status=status, code="refused")
    return RetryableError(_PLACE, _OPERATION, status=status, code="unreachable")


def _status_of(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((int(code) for code, _ in error.recipients.values()), default=None)
    status = getattr(error, "status_code", None) or getattr(error, "smtp_code", None)
    return status if isinstance(status, int) else None
