"""Whoever says no to a recording leaves none: neither here nor at the platform, and gets the appointment all the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from askpro import courier
from calls import recordings, tasks
from calls.models import Call, Desk, RecordingRemoval
from integrations.models import Delivery
from tenants import scope
from tenants.models import Alert, Tenant
from tests import factories
from tests.agents.workshop import Workshop, refusal
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
AUDIO = {
    "recording_url": "https://audio.example/1.wav",
    "recording_multi_channel_url": "https://audio.example/1-multi.wav",
    "scrubbed_recording_url": "https://audio.example/1-scrubbed.wav",
}
BOOKING = {"service": "Haarschnitt", "date": "übermorgen", "time": "10 Uhr", "name": "Anna Berg"}


def _call(retell: Retell, workshop: Workshop, *, consent: Any = None, minutes_ago: int = 5) -> Any:
    began = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    call = retell.new_call(start_timestamp=int(began.timestamp() * 1000))
    workshop.calls[call["call_id"]] = {**call, **AUDIO}
    retell.sends("call_started", call)
    if consent is not None:
        retell.asks_for("note_recording_consent", call, consent=consent)
    return call


def _ends(retell: Retell, call: dict[str, Any], *, is_analyzed: bool = True) -> None:
    over = {
        **call,
        **AUDIO,
        "call_status": "ended",
        "end_timestamp": int(datetime.now(UTC).timestamp() * 1000),
        "disconnection_reason": "user_hangup",
        "transcript": "Agent: Guten Tag.\nUser: Nein, bitte nicht aufzeichnen.\n",
    }
    retell.sends("call_ended", over)
    if is_analyzed:
        retell.sends("call_analyzed", {**over, "call_analysis": {"call_summary": "Kurz."}})
    courier.carry_all()


def _removals(salon: Tenant) -> list[RecordingRemoval]:
    with scope.tenant(salon):
        return list(RecordingRemoval.objects.order_by("pk"))


def test_after_a_no_the_platform_forgets_the_call_and_we_keep_no_link(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = _call(retell, workshop, consent="nein")
    booked = retell.asks_for("book_appointment", call, **BOOKING)
    _ends(retell, call)

    tasks.remove_refused_recordings()

    assert booked["state"] == "booked"
    assert workshop.calls == {}
    assert workshop.writes == [f"DELETE /v2/delete-call/{call['call_id']}"]
    with scope.tenant(salon):
        kept = Call.objects.get()
        bodies = b"".join(bytes(each.body) for each in Delivery.objects.all())
    assert (kept.recording_url, kept.summary) == ("", "Kurz.")
    assert "nicht aufzeichnen" in kept.transcript
    assert b"audio.example" not in bodies
    assert b"nicht aufzeichnen" in bodies
    [removal] = _removals(salon)
    assert removal.removed_at is not None
    assert removal.due_at is None


@pytest.mark.parametrize(
    ("asks", "consents", "is_removed"),
    [
        (True, ["ja"], False),
        (True, ["ja", "nein"], True),
        (True, [], True),  # asked for a yes, and got none
        (False, [], False),  # nobody asks here
    ],
)
def test_only_a_yes_that_stands_keeps_the_recording(
    salon: Tenant,
    retell: Retell,
    workshop: Workshop,
    asks: bool,
    consents: list[str],
    is_removed: bool,
) -> None:
    with scope.tenant(salon):
        Desk.objects.create(tenant=salon, branch=factories.branch_of(salon), asks_to_record=asks)
    call = _call(retell, workshop)
    for consent in consents:
        retell.asks_for("note_recording_consent", call, consent=consent)
    _ends(retell, call)

    tasks.remove_refused_recordings()

    assert (workshop.calls == {}) is is_removed


def test_the_recording_waits_for_the_analysis_but_not_for_ever(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = _call(retell, workshop, consent="nein")
    _ends(retell, call, is_analyzed=False)

    at_once = recordings.carry_out(salon.pk, now=datetime.now(UTC))
    later = recordings.carry_out(salon.pk, now=datetime.now(UTC) + timedelta(minutes=61))

    assert (at_once, later) == (0, 1)
    assert workshop.calls == {}


def test_a_platform_that_is_away_is_asked_again(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = _call(retell, workshop, consent="nein")
    _ends(retell, call)
    workshop.next.append(lambda _: httpx.Response(503, json={"status": "error", "message": "down"}))
    now = datetime.now(UTC)

    first = recordings.carry_out(salon.pk, now=now)
    [waiting] = _removals(salon)
    second = recordings.carry_out(salon.pk, now=now + timedelta(minutes=5))

    assert (first, second) == (0, 1)
    assert waiting.removed_at is None
    assert waiting.last_error != ""
    assert _removals(salon)[0].attempts == 2


def test_what_the_platform_does_not_know_is_forgotten(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = _call(retell, workshop, consent="nein")
    _ends(retell, call)
    workshop.calls.clear()

    assert recordings.carry_out(salon.pk, now=datetime.now(UTC)) == 1
    assert _removals(salon)[0].removed_at is not None


def test_a_refusal_of_the_platform_is_told_to_a_person_once(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = _call(retell, workshop, consent="nein")
    _ends(retell, call)
    workshop.next.append(lambda _: refusal(400, "cannot be deleted"))
    now = datetime.now(UTC)

    done = [recordings.carry_out(salon.pk, now=now + timedelta(hours=n)) for n in range(3)]

    assert done == [0, 0, 0]
    with scope.tenant(salon):
        assert list(Alert.objects.values_list("code", flat=True)) == ["recording_not_removed"]
