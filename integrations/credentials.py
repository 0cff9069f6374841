"""Keys of a business for its accounts at providers: stored sealed, looked up, tested, sealed anew."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from integrations import outbox, sealing
from integrations.calendars import calcom_account
from integrations.calendars.calcom_wire import Wire
from integrations.errors import ConfigurationError, ProviderError
from integrations.models import Command, Credential
from integrations.voice import client
from tenants import audit, directory, scope
from tenants.actors import Actor
from tenants.errors import Invalid, Refused

log = structlog.get_logger("askpro.credentials")
# A demonstration signs with a key of its own making (`askpro/engines/state.py`). It opens no account, so nobody is asked with it.
_MADE_HERE = "demo_"
_KEY = re.compile(r"[!-~]{1,500}")  # visible ASCII: it travels in a header


class NotTestable(Refused):
    code = "key_not_testable"
    status = 409
    sentence = _("Keys of this provider cannot be tested yet.")


def store(
    tenant_id: UUID,
    *,
    provider: str,
    secret: str,
    by: Actor,
    now: datetime,
    config: dict[str, Any] | None = None,
) -> Credential:
    """Seal the key of a business for a provider, in place of the one that was there.

    :raises Invalid: not something that can be a key
    """
    secret = cleaned(secret)
    with transaction.atomic():
        credential = _stored(tenant_id, provider, lock=True) or Credential(
            tenant_id=tenant_id, provider=provider
        )
        credential.secret = secret
        credential.is_active = True
        credential.last_ok_at, credential.last_error = None, ""
        if config is not None:
            credential.config = config
        credential.save()
        audit.record("stored", credential, tenant_id=tenant_id, by=by, now=now, provider=provider)
    return credential


def cleaned(secret: str) -> str:
    """Return a key as it was meant, without the blanks around it.

    :raises Invalid: not something that can be a key
    """
    secret = secret.strip()
    if not _KEY.fullmatch(secret):
        raise Invalid(secret=_("This cannot be a key."))
    return secret


def remove(credential: Credential, *, by: Actor, now: datetime) -> None:
    """Forget the key of a business; what it did with it stays in the audit trail."""
    with transaction.atomic():
        audit.record(
            "removed",
            credential,
            tenant_id=credential.tenant_id,
            by=by,
            now=now,
            provider=credential.provider,
        )
        credential.delete()


def secret_for(tenant_id: UUID, provider: str) -> str:
    """Return the key to use for this business: its own, else the platform's.

    Opens the scope of the business for the length of the look-up.

    :raises ConfigurationError: there is none, it is switched off, or its seal is broken
    """
    with scope.tenant(tenant_id):
        credential = _stored(tenant_id, provider)
        if credential is not None:
            return _open(credential)
    secret = _of_the_platform(provider)
    if not secret:
        raise ConfigurationError(provider, "look up key", code="no_key")
    return secret


def accounts(provider: str) -> Iterator[tuple[UUID | None, str]]:
    """Return every account at a provider: whose it is (None: the platform's) and its key, broken ones left out.

    Opens the scope of one business after the other.
    """
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            credential = _stored(tenant_id, provider)
        if credential is not None and credential.is_active:
            try:
                yield tenant_id, credential.secret
            except sealing.SealBroken:
                log.warning("account_left_out", provider=provider, tenant=str(tenant_id))
    secret = _of_the_platform(provider)
    if secret:
        yield None, secret


def owner_of_key(tenant_id: UUID, provider: str) -> UUID | None:
    """Return who has to repair the key that this business uses: the business, or None for the platform.

    A scope must be open.
    """
    return tenant_id if _stored(tenant_id, provider) is not None else None


def test_key(tenant_id: UUID, provider: str, *, now: datetime) -> str:
    """Ask the provider who we are with this key, note the result, and return the account's number there.

    Goes over the network, so no transaction may be open.

    :raises NotTestable: we do not know how to ask this provider
    :raises ProviderError: the provider did not accept the key, or did not answer
    """
    ask = _TESTS.get(provider)
    if ask is None:
        raise NotTestable
    try:
        account = ask(secret_for(tenant_id, provider), tenant_id)
    except ProviderError as error:
        _note(tenant_id, provider, last_error=str(error)[:300])
        raise
    _note(tenant_id, provider, last_ok_at=now, last_error="")
    return account


def ask_for_test(credential: Credential, *, now: datetime) -> Command | None:
    """Have the key tested by the worker, because who asks may hold a transaction.

    :raises NotTestable: we do not know how to ask this provider
    """
    if credential.provider not in _TESTS:
        raise NotTestable
    return outbox.do_once(
        tenant_id=credential.tenant_id,
        key=f"check-key/{credential.pk}/{now.isoformat()}",
        provider=credential.provider,
        operation="check_key",
        arguments={},
        now=now,
    )


def reseal(credential: Credential) -> bool:
    """Seal the key under the first of `FIELD_KEYS`; tell whether that was necessary.

    :raises SealBroken: it cannot be opened
    """
    if sealing.is_current(bytes(credential.sealed_secret)):
        return False
    credential.secret = credential.secret
    credential.save(update_fields=["sealed_secret", "updated_at"])
    return True


def _stored(tenant_id: UUID, provider: str, *, lock: bool = False) -> Credential | None:
    rows = Credential.objects.filter(tenant_id=tenant_id, provider=provider)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _open(credential: Credential) -> str:
    if not credential.is_active:
        raise ConfigurationError(credential.provider, "look up key", code="key_is_switched_off")
    try:
        return credential.secret
    except sealing.SealBroken:
        raise ConfigurationError(
            credential.provider, "look up key", code="seal_is_broken"
        ) from None


def _of_the_platform(provider: str) -> str:
    keys: dict[str, str] = {Credential.Provider.RETELL: settings.RETELL_API_KEY}
    key = keys.get(provider, "")
    return "" if key.startswith(_MADE_HERE) else key


def _note(tenant_id: UUID, provider: str, **fields: Any) -> None:
    with scope.tenant(tenant_id):
        Credential.objects.filter(tenant_id=tenant_id, provider=provider).update(**fields)


# Each is asked with the key and the business whose it is.
_TESTS: dict[str, Callable[[str, UUID], str]] = {
    Credential.Provider.RETELL: lambda secret, _: client.key_info(key=secret).org_id,
    Credential.Provider.CALCOM: lambda secret, whose: (
        calcom_account.whoami(Wire(key=secret, whose=whose)).number
    ),
}
