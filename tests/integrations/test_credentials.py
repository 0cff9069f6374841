"""Keys of a business: sealed where they lie, readable by nobody but the verb that needs them."""

import base64
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations import credentials, sealing
from integrations.delivery import deliver_next
from integrations.errors import ConfigurationError
from integrations.models import Command, Credential
from tenants import actors, scope
from tenants.errors import Invalid
from tenants.models import AuditEntry, Tenant
from tests.integrations.conftest import RETELL_KEY
from tests.integrations.providers import Retell

SECRET = "key_of_the_salon_4711"
OWNER = actors.user(1)


def store(tenant: Tenant, *, now: datetime, secret: str = SECRET) -> Credential:
    with scope.tenant(tenant):
        return credentials.store(tenant.pk, provider="retell", secret=secret, by=OWNER, now=now)


def stored(credential: Credential) -> Credential:
    with scope.platform():
        return Credential.objects.get(pk=credential.pk)


def reseal() -> str:
    out = StringIO()
    call_command("reseal_credentials", stdout=out)
    return out.getvalue()


def test_a_key_comes_back_to_its_owner(salon: Tenant, now: datetime) -> None:
    store(salon, now=now, secret=f"  {SECRET}\n")

    assert credentials.secret_for(salon.pk, "retell") == SECRET


def test_a_business_without_its_own_key_uses_the_platforms(
    salon: Tenant, neighbour: Tenant, now: datetime, settings: Settings
) -> None:
    settings.RETELL_API_KEY = RETELL_KEY
    store(salon, now=now)

    assert credentials.secret_for(neighbour.pk, "retell") == RETELL_KEY


def test_no_key_is_no_reason_to_take_another_one(salon: Tenant) -> None:
    with pytest.raises(ConfigurationError, match="no_key"):
        credentials.secret_for(salon.pk, "twilio")


def test_a_key_that_was_switched_off_is_not_replaced_by_the_platforms(
    salon: Tenant, now: datetime, settings: Settings
) -> None:
    settings.RETELL_API_KEY = RETELL_KEY
    store(salon, now=now)
    with scope.tenant(salon):
        Credential.objects.update(is_active=False)

    with pytest.raises(ConfigurationError, match="key_is_switched_off"):
        credentials.secret_for(salon.pk, "retell")


@pytest.mark.parametrize("secret", ["", "   ", "with a blank", "mit-Ümlaut", "a\nb", "x" * 501])
def test_what_cannot_be_a_key_is_not_stored(salon: Tenant, now: datetime, secret: str) -> None:
    with pytest.raises(Invalid):
        store(salon, now=now, secret=secret)


def test_a_new_key_takes_the_place_of_the_old_one(salon: Tenant, now: datetime) -> None:
    first, second = store(salon, now=now), store(salon, now=now, secret="key_new")

    assert first.pk == second.pk
    assert credentials.secret_for(salon.pk, "retell") == "key_new"


def test_a_removed_key_is_gone_and_the_audit_trail_knows(salon: Tenant, now: datetime) -> None:
    credential = store(salon, now=now)

    with scope.tenant(salon):
        credentials.remove(credential, by=OWNER, now=now)

    with scope.tenant(salon):
        assert not Credential.objects.exists()
        entries = AuditEntry.objects.filter(object_type="integrations.credential").order_by("pk")
        assert [(entry.verb, entry.facts) for entry in entries] == [
            ("stored", {"provider": "retell"}),
            ("removed", {"provider": "retell"}),
        ]


def test_a_cipher_does_not_open_at_another_business(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    ours, theirs = store(salon, now=now), store(neighbour, now=now, secret="key_neighbour")
    with scope.platform():
        Credential.objects.filter(pk=theirs.pk).update(sealed_secret=ours.sealed_secret)

    with pytest.raises(ConfigurationError, match="seal_is_broken"):
        credentials.secret_for(neighbour.pk, "retell")


def test_a_cipher_does_not_open_for_another_provider(salon: Tenant, now: datetime) -> None:
    credential = store(salon, now=now)
    credential.provider = "stripe"

    with pytest.raises(sealing.SealBroken):
        assert credential.secret


@pytest.mark.parametrize("place", [0, 1, 4, 5, 16, 17, -1])
def test_a_changed_cipher_does_not_open(place: int) -> None:
    sealed = bytearray(sealing.seal(SECRET, context="here"))
    sealed[place] ^= 1

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(bytes(sealed), context="here")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"\x00" * 40])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, context="here")


def test_a_cut_off_cipher_does_not_open() -> None:
    sealed = sealing.seal(SECRET, context="here")

    for length in range(len(sealed)):
        with pytest.raises(sealing.SealBroken):
            sealing.unseal(sealed[:length], context="here")


def test_the_same_key_looks_different_each_time(salon: Tenant) -> None:
    assert sealing.seal(SECRET, context="here") != sealing.seal(SECRET, context="here")


def test_keys_are_rotated_without_losing_a_credential(
    salon: Tenant, neighbour: Tenant, now: datetime, settings: Settings
) -> None:
    old, new = settings.FIELD_KEYS[0], sealing.new_key()
    store(salon, now=now)
    settings.FIELD_KEYS = [new, old]
    store(neighbour, now=now, secret="key_neighbour")

    assert "2 credentials, 1 sealed anew, 0 cannot be opened" in reseal()
    assert "2 credentials, 0 sealed anew, 0 cannot be opened" in reseal()

    settings.FIELD_KEYS = [new]
    assert credentials.secret_for(salon.pk, "retell") == SECRET
    assert credentials.secret_for(neighbour.pk, "retell") == "key_neighbour"


def test_a_credential_that_cannot_be_opened_is_named_and_the_others_are_sealed_anew(
    salon: Tenant, neighbour: Tenant, now: datetime, settings: Settings
) -> None:
    old, new = settings.FIELD_KEYS[0], sealing.new_key()
    settings.FIELD_KEYS = [sealing.new_key()]
    lost = store(salon, now=now)
    settings.FIELD_KEYS = [old]
    store(neighbour, now=now, secret="key_neighbour")
    settings.FIELD_KEYS = [new, old]

    with pytest.raises(CommandError, match=rf": {lost.pk}$"):
        reseal()

    settings.FIELD_KEYS = [new]
    assert credentials.secret_for(neighbour.pk, "retell") == "key_neighbour"


def test_a_dump_of_the_table_does_not_contain_the_key(salon: Tenant, now: datetime) -> None:
    store(salon, now=now)
    out = StringIO()

    with scope.tenant(salon):
        call_command("dumpdata", "integrations.credential", "tenants.auditentry", stdout=out)

    dump = out.getvalue()
    assert '"provider": "retell"' in dump
    assert SECRET not in dump
    assert base64.b64encode(SECRET.encode()).decode() not in dump


@pytest.mark.django_db(transaction=True)
class TestTesting:
    def test_a_good_key_is_noted_as_good(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        workspace.key = SECRET
        credential = store(salon, now=now)

        assert credentials.test_key(salon.pk, "retell", now=now) == workspace.org_id

        assert (stored(credential).last_ok_at, stored(credential).last_error) == (now, "")

    def test_a_bad_key_is_noted_as_bad(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        credential = store(salon, now=now)

        with pytest.raises(ConfigurationError):
            credentials.test_key(salon.pk, "retell", now=now)

        noted = stored(credential)
        assert (noted.last_ok_at, noted.last_error) == (None, "retell key_info: 401")

    def test_the_worker_tests_what_the_back_office_asks_for(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        workspace.key = SECRET
        credential = store(salon, now=now)
        with scope.tenant(salon):
            command = credentials.ask_for_test(credential, now=now)

        deliver_next(now)

        assert command is not None
        with scope.tenant(salon):
            assert Command.objects.get(pk=command.pk).provider_ref == workspace.org_id
        assert stored(credential).last_ok_at is not None

    def test_a_provider_we_cannot_ask_is_refused(self, salon: Tenant, now: datetime) -> None:
        with pytest.raises(credentials.NotTestable):
            credentials.test_key(salon.pk, "twilio", now=now)
