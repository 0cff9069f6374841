"""The page of a call tells what was said, what was asked of us and what came of it."""

from datetime import datetime

from booking.models import Appointment
from calls.models import Assurance, Call, CallbackRequest
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office


def test_a_call_is_shown_as_a_dialogue_with_its_tools_and_its_appointment(
    owner: Office, ours: Rows
) -> None:
    page = owner.get(office.change_url(ours["calls.Call"]))

    assert page.context["turns"] == [
        {"is_agent": True, "text": "Salon Sonnenschein, was kann ich für Sie tun?"},
        {"is_agent": False, "text": "Einen Haarschnitt am Dienstag, bitte."},
    ]
    (trace,) = page.context["tool_calls"]
    assert trace["arguments"] == [("date", "Dienstag"), ("service", "Haarschnitt")]
    text = office.text_of(page)
    for told in (
        "Am Dienstag um zehn Uhr ist frei.",
        "check_availability",
        "available",
        "Termin gebucht",
        "1:35\xa0min",
        office.change_url(ours["booking.Appointment"]),
        office.change_url(ours["booking.Customer"]),
        office.change_url(ours["calls.CallbackRequest"]),
    ):
        assert told in text, told


def test_what_a_caller_said_stays_text(owner: Office, salon: Tenant, now: datetime) -> None:
    evil = "<script>alert(1)</script>"
    call = office.make_call(
        salon,
        number=7,
        now=now,
        turns=[{"role": "user", "content": evil}],
        summary=evil,
        outcome_reason=evil,
    )

    for page in (owner.get(office.change_url(call)), owner.get("/admin/calls/call/")):
        assert evil not in office.text_of(page)
    assert "&lt;script&gt;" in office.text_of(owner.get(office.change_url(call)))


def test_a_transcript_without_turns_is_shown_line_by_line(
    owner: Office, salon: Tenant, now: datetime
) -> None:
    transcript = "Agent: Guten Tag.\nUser: Hallo: ich bins.\n\n(Stille)"
    call = office.make_call(salon, number=7, now=now, turns=[], transcript=transcript)

    page = owner.get(office.change_url(call))

    assert [(turn["is_agent"], turn["text"]) for turn in page.context["turns"]] == [
        (True, "Guten Tag."),
        (False, "Hallo: ich bins."),
        (False, "(Stille)"),
    ]


def test_a_call_of_which_almost_nothing_is_known_still_has_its_page(
    owner: Office, salon: Tenant, now: datetime
) -> None:
    bare = {
        "turns": [{"role": "agent"}, {"content": "ohne Rolle"}],
        "from_number": None,
        "customer": None,
        "outcome": "",
        "status": Call.Status.ONGOING,
        "started_at": None,
        "ended_at": None,
        "duration_seconds": None,
    }
    call = office.make_call(salon, number=7, now=now, **bare)

    page, listed = owner.get(office.change_url(call)), owner.get("/admin/calls/call/")

    assert (page.status_code, listed.status_code) == (200, 200)
    assert "unterdrückt" in office.text_of(page)


def test_a_callback_is_ticked_off_and_the_trail_knows_by_whom(
    owner: Office, salon: Tenant, ours: Rows
) -> None:
    waiting = ours["calls.CallbackRequest"]
    assert "Rückruf Salon" in office.text_of(owner.get("/admin/calls/callbackrequest/"))

    owner.ask("finish", waiting)
    owner.ask("finish", waiting)

    with scope.tenant(salon):
        assert CallbackRequest.objects.get(pk=waiting.pk).status == "done"
        assert AuditEntry.objects.get(verb="finished").actor == f"user:{owner.user.pk}"
    assert "Rückruf Salon" not in office.text_of(owner.get("/admin/calls/callbackrequest/"))


def test_an_alert_is_open_until_somebody_has_dealt_with_it(owner: Office, ours: Rows) -> None:
    assert "trouble" in office.text_of(owner.get("/admin/tenants/alert/"))

    owner.ask("resolve", ours["tenants.Alert"])

    assert "trouble" not in office.text_of(owner.get("/admin/tenants/alert/"))
    assert "trouble" in office.text_of(owner.get("/admin/tenants/alert/", state="done"))


def test_a_broken_promise_stands_on_the_page_in_the_agent_s_words(
    owner: Office, salon: Tenant, now: datetime
) -> None:
    call = office.make_call(
        salon,
        number=7,
        now=now,
        findings=[{"trouble": "phantom_booking", "quote": "Ist <b>gebucht</b>.", "detail": ""}],
    )

    text = office.text_of(owner.get(office.change_url(call)))

    assert "als gebucht gesagt, ist es nicht" in text
    assert "Ist &lt;b&gt;gebucht&lt;/b&gt;." in text


def test_what_a_caller_was_told_before_the_calendar_agreed_is_shown_with_what_came_of_it(
    owner: Office, ours: Rows, now: datetime
) -> None:
    call, appointment = ours["calls.Call"], ours["booking.Appointment"]
    assert isinstance(call, Call)
    assert isinstance(appointment, Appointment)
    with scope.tenant(call.tenant_id):
        for kind, outcome in (("booked", "called_back"), ("moved", "")):
            Assurance.objects.create(
                tenant_id=call.tenant_id,
                call=call,
                appointment=appointment,
                kind=kind,
                starts_at=datetime.fromisoformat("2026-11-26T09:00:00+00:00"),
                staff_member_id=appointment.staff_member_id,
                given_at=now,
                outcome=outcome,
                settled_at=now if outcome else None,
            )

    text = office.text_of(owner.get(office.change_url(call)))

    for told in ("Vor der Antwort des Kalenders gesagt", "Rückruf notiert", "26.11.2026"):
        assert told in text, told
