"""Carrying out what was written down: after the commit, with no transaction open, once."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from django.core import mail
from django.db import connection

from integrations import privacy
from integrations.delivery import LEASE, deliver_next
from integrations.models import Message
from integrations.models.outbox import Outgoing
from integrations.retrying import MAX_ATTEMPTS
from tenants import scope
from tenants.models import Tenant
from tests.integrations import asking
from tests.integrations.asking import seen
from tests.integrations.conftest import RESEND_KEY
from tests.integrations.providers import Killed, Network, Resend, Retell, endless

pytestmark = pytest.mark.django_db(transaction=True)
State = Outgoing.State
LONG_AFTER = LEASE + timedelta(seconds=1)


def test_a_mail_is_sent_when_the_provider_has_answered(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)

    assert deliver_next(now) is True

    stored = seen(message)
    assert (stored.state, stored.provider_ref, stored.attempts) == (State.SENT, "mail-1", 1)
    assert stored.sent_at is not None
    assert [(sent["to"], sent["subject"]) for sent in resend.mails] == [
        (["erika@example.org"], "Ihr Termin am Montag")
    ]
    assert deliver_next(now) is False


def test_what_is_not_due_waits(salon: Tenant, resend: Resend, now: datetime) -> None:
    asking.say(salon, now=now + timedelta(minutes=5))

    assert deliver_next(now) is False
    assert deliver_next(now + timedelta(minutes=5)) is True


def test_all_businesses_are_served(
    salon: Tenant, neighbour: Tenant, resend: Resend, now: datetime
) -> None:
    messages = [asking.say(salon, now=now), asking.say(neighbour, now=now)]

    assert [deliver_next(now) for _ in range(3)] == [True, True, False]

    assert [seen(message).state for message in messages] == [State.SENT, State.SENT]


def test_messages_and_commands_take_turns(
    salon: Tenant, resend: Resend, workspace: Retell, now: datetime
) -> None:
    workspace.calls["call_1"] = {"call_id": "call_1"}
    messages = [asking.say(salon, now=now, key=f"m{number}") for number in range(3)]
    command = asking.do(salon, "delete_call", now=now, call_id="call_1")

    deliver_next(now)
    deliver_next(now)

    assert seen(command).state == State.SENT
    assert [seen(message).state for message in messages].count(State.SENT) == 1


def test_a_worker_killed_after_the_answer_sends_under_the_same_key_and_the_mail_goes_out_once(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.does_it_and_then(Killed())
    with pytest.raises(Killed):
        deliver_next(now)
    assert seen(message).state == State.SENDING

    before_the_lease_ends = deliver_next(now + LEASE - timedelta(seconds=1))
    after_it = deliver_next(now + LONG_AFTER)

    assert (before_the_lease_ends, after_it) == (False, True)
    assert len({request.headers["Idempotency-Key"] for request in resend.requests}) == 1
    assert (len(resend.requests), len(resend.mails)) == (2, 1)
    assert (seen(message).state, seen(message).provider_ref) == (State.SENT, "mail-1")


def test_an_answer_that_got_lost_is_asked_for_again(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.does_it_and_then(httpx.ReadTimeout("nothing came"))

    deliver_next(now)
    assert (seen(message).state, seen(message).error_kind) == (State.PENDING, "retryable")
    deliver_next(now + timedelta(minutes=1))

    assert (len(resend.requests), len(resend.mails)) == (2, 1)
    assert seen(message).state == State.SENT


def test_two_workers_deliver_a_row_once(salon: Tenant, resend: Resend, now: datetime) -> None:
    asking.say(salon, now=now)
    asked, go_on = threading.Event(), threading.Event()

    def answer_late(request: httpx.Request) -> httpx.Response:
        asked.set()
        go_on.wait(10)
        return resend.answer(request)

    resend.next.append(answer_late)
    results: list[bool] = []

    def work() -> None:
        results.append(deliver_next(now))
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert asked.wait(10)
    rivals = [threading.Thread(target=work) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(10)
    go_on.set()
    first.join(10)

    assert sorted(results) == [False, False, False, False, True]
    assert len(resend.requests) == 1


def test_rivals_who_claim_in_the_same_moment_share_the_rows(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    messages = [asking.say(salon, now=now, key=f"m{number}") for number in range(12)]
    at_once = threading.Barrier(4)

    def work() -> None:
        at_once.wait(10)
        while deliver_next(now):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert [seen(message).state for message in messages] == [State.SENT] * 12
    assert len(resend.requests) == 12


def test_a_late_answer_is_recorded_although_the_lease_ran_out(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)

    def answer_after_somebody_else_failed(request: httpx.Request) -> httpx.Response:
        resend.says(503)
        deliver_next(now + LONG_AFTER)
        return resend.answer(request)

    resend.next.append(answer_after_somebody_else_failed)
    deliver_next(now)

    assert (seen(message).state, seen(message).provider_ref) == (State.SENT, "mail-1")


def test_a_late_failure_does_not_undo_what_another_worker_has_done(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)

    def fail_after_somebody_else_was_done(request: httpx.Request) -> httpx.Response:
        deliver_next(now + LONG_AFTER)
        return httpx.Response(422, json={"name": "validation_error"})

    resend.next.append(fail_after_somebody_else_was_done)
    deliver_next(now)

    assert seen(message).state == State.SENT
    assert asking.alerts() == []


def test_a_late_failure_does_not_disturb_another_worker_at_the_same_row(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)

    def fail_while_somebody_else_is_at_it(request: httpx.Request) -> httpx.Response:
        resend.fails_with(Killed())
        with pytest.raises(Killed):
            deliver_next(now + LONG_AFTER)
        return httpx.Response(422, json={"name": "validation_error"})

    resend.next.append(fail_while_somebody_else_is_at_it)
    deliver_next(now)

    assert (seen(message).state, seen(message).attempts) == (State.SENDING, 2)


def test_a_row_that_somebody_holds_does_not_hold_up_the_others(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    held, free = asking.say(salon, now=now, key="a"), asking.say(salon, now=now, key="b")
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with scope.platform():
            list(Message.objects.select_for_update(of=("self",)).filter(pk=held.pk))
            holding.set()
            let_go.wait(5)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(10)
    deliver_next(now)
    was_held_to_the_end = holder.is_alive()
    let_go.set()
    holder.join(10)

    assert was_held_to_the_end
    assert (seen(held).state, seen(free).state) == (State.PENDING, State.SENT)


def test_retry_after_in_seconds_is_obeyed(salon: Tenant, resend: Resend, now: datetime) -> None:
    message = asking.say(salon, now=now)
    resend.says(429, {"name": "rate_limit_exceeded"}, Retry_After="120")

    deliver_next(now)

    stored = seen(message)
    wait = stored.next_attempt_at - now
    assert timedelta(seconds=120) <= wait < timedelta(seconds=130)
    assert stored.error == "resend send: 429 rate_limit_exceeded"
    assert deliver_next(now + timedelta(seconds=119)) is False
    assert deliver_next(stored.next_attempt_at) is True
    assert seen(message).state == State.SENT


def test_retry_after_as_a_date_is_read_by_the_senders_clock(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    theirs = datetime(2031, 1, 1, tzinfo=UTC)
    resend.says(
        503,
        Date=format_datetime(theirs, usegmt=True),
        Retry_After=format_datetime(theirs + timedelta(minutes=10), usegmt=True),
    )

    deliver_next(now)

    wait = seen(message).next_attempt_at - now
    assert timedelta(minutes=10) <= wait < timedelta(minutes=11)


def test_waits_grow_from_attempt_to_attempt_until_a_person_is_asked(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    waits: list[timedelta] = []
    at = now

    while seen(message).state != State.FAILED:
        resend.says(500)
        assert deliver_next(at) is True
        waits.append(seen(message).next_attempt_at - at)
        at = seen(message).next_attempt_at
        assert len(waits) < 50

    growing = waits[:10]
    assert growing == sorted(growing)
    assert timedelta(hours=2) < at - now < timedelta(hours=12)
    assert asking.alerts() == [(salon.pk, "not_delivered", "message appointment_confirmed")]
    assert deliver_next(at + timedelta(days=1)) is False


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"[]", b'{"id": 7}', b'{"id'])
def test_a_garbled_answer_is_no_answer(
    salon: Tenant, resend: Resend, now: datetime, body: bytes
) -> None:
    message = asking.say(salon, now=now)
    resend.says(200, body)

    deliver_next(now)

    stored = seen(message)
    assert (stored.state, stored.error) == (State.PENDING, "resend send: 200 unreadable_answer")


def test_an_answer_of_ten_megabytes_is_not_read_to_the_end(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    sent: list[int] = []
    resend.next.append(lambda _: httpx.Response(200, content=endless(50, sent)))

    deliver_next(now)

    stored = seen(message)
    assert (stored.state, stored.error) == (State.PENDING, "resend send: 200 answer_too_large")
    assert len(sent) < 10


def test_a_redirect_is_not_followed(
    salon: Tenant, resend: Resend, network: Network, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.says(307, Location="http://169.254.169.254/latest/meta-data")

    deliver_next(now)

    stored = seen(message)
    assert (stored.state, stored.error) == (State.FAILED, "resend send: 307 redirect")
    assert len(resend.requests) == 1
    assert network.problems == []  # nobody asked the other host


def test_a_refusal_fails_at_once_and_tells_the_business(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.says(422, {"name": "invalid_attachment", "message": "erika@example.org is wrong"})

    deliver_next(now)

    stored = seen(message)
    assert (stored.state, stored.error_kind) == (State.FAILED, "permanent")
    assert stored.error == "resend send: 422 invalid_attachment"
    assert asking.alerts() == [(salon.pk, "not_delivered", "message appointment_confirmed")]


def test_refused_credentials_fail_at_once_and_tell_the_platform(
    salon: Tenant, neighbour: Tenant, resend: Resend, now: datetime
) -> None:
    messages = [asking.say(salon, now=now), asking.say(neighbour, now=now)]
    resend.says(401, {"name": "invalid_api_key"})
    resend.says(401, {"name": "invalid_api_key"})

    deliver_next(now)
    deliver_next(now)

    assert [seen(message).error_kind for message in messages] == ["configuration"] * 2
    assert asking.alerts() == [(None, "credentials_refused", "email")]


def test_the_same_key_with_other_words_is_not_tried_again(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.says(409, {"name": "invalid_idempotent_request"})

    deliver_next(now)

    assert (seen(message).state, seen(message).error_kind) == (State.FAILED, "permanent")


def test_a_message_that_is_still_under_way_there_is_asked_for_later(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now)
    resend.says(409, {"name": "concurrent_idempotent_requests"})

    deliver_next(now)

    assert seen(message).state == State.PENDING


def test_an_unforeseen_error_is_tried_a_few_times_and_then_left_to_a_person(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    message = asking.say(salon, now=now, attachments=[{"name": "no type, no content"}])
    at, attempts = now, 0

    while seen(message).state != State.FAILED:
        assert deliver_next(at) is True
        at, attempts = seen(message).next_attempt_at, attempts + 1
        assert attempts < 50

    stored = seen(message)
    assert 1 < attempts <= 5
    assert (stored.error_kind, stored.error) == ("unforeseen", "KeyError")
    assert asking.alerts() == [(salon.pk, "not_delivered", "message appointment_confirmed")]
    assert resend.requests == []


def test_a_row_that_kills_its_worker_each_time_is_parked(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    poison = asking.say(salon, now=now, key="poison")
    at = now
    for _ in range(MAX_ATTEMPTS):
        resend.fails_with(Killed())
        with pytest.raises(Killed):
            deliver_next(at)
        at += LONG_AFTER
    healthy = asking.say(salon, now=at, key="healthy")

    assert [deliver_next(at) for _ in range(3)] == [True, True, False]

    assert (seen(poison).state, seen(poison).error_kind) == (State.FAILED, "vanished")
    assert seen(healthy).state == State.SENT
    assert len(resend.requests) == MAX_ATTEMPTS + 1


def test_a_text_message_is_never_called_sent_while_nobody_can_send_one(
    salon: Tenant, now: datetime
) -> None:
    message = asking.say(salon, now=now, channel="sms", recipient="+491713920042")

    deliver_next(now)

    stored = seen(message)
    assert (stored.state, stored.sent_at) == (State.FAILED, None)
    assert stored.error == "sms send: no_provider"
    assert asking.alerts() == [(None, "credentials_refused", "sms")]


def test_a_withdrawn_message_is_not_sent(salon: Tenant, resend: Resend, now: datetime) -> None:
    message = asking.say(salon, now=now)
    with scope.tenant(salon):
        privacy.erase(recipients=[message.recipient], subjects=[], now=now)

    assert deliver_next(now) is False
    assert resend.requests == []


def test_nothing_of_the_person_or_the_key_stands_in_the_reason(
    salon: Tenant, resend: Resend, now: datetime, capfd: pytest.CaptureFixture[str]
) -> None:
    message = asking.say(salon, now=now)
    echo = {"name": "Erika Mustermann", "message": f"erika@example.org {RESEND_KEY}"}
    resend.says(500, echo)

    deliver_next(now)

    logged = capfd.readouterr()
    everything = seen(message).error + logged.out + logged.err
    assert "resend send: 500" in everything
    for secret in ("erika", "Erika", RESEND_KEY, "Guten Tag"):
        assert secret not in everything


def test_a_date_goes_along_as_an_invitation(salon: Tenant, now: datetime) -> None:
    asking.say(
        salon,
        now=now,
        attachments=[
            {
                "name": "termin.ics",
                "type": "text/calendar; method=REQUEST",
                "content": asking.CALENDAR,
            }
        ],
    )

    deliver_next(now)

    [sent] = mail.outbox
    [part] = [part for part in sent.message().walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_charset() == "utf-8"
    assert part.get_filename() == "termin.ics"
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode() == asking.CALENDAR


def test_without_a_providers_number_the_message_id_we_set_stands_for_it(
    salon: Tenant, now: datetime
) -> None:
    message = asking.say(salon, now=now)

    deliver_next(now)

    [sent] = mail.outbox
    assert sent.message()["Message-ID"] == seen(message).provider_ref
    assert seen(message).provider_ref.endswith("@askpro.example>")


def test_an_invitation_through_resend_keeps_type_and_contents(
    salon: Tenant, resend: Resend, now: datetime
) -> None:
    attachment = {
        "name": "termin.ics",
        "type": "text/calendar; method=REQUEST",
        "content": asking.CALENDAR,
    }
    message = asking.say(salon, now=now, attachments=[attachment])

    deliver_next(now)

    assert seen(message).state == State.SENT
    [sent] = resend.mails
    [file] = sent["attachments"]
    assert file["filename"] == "termin.ics"
    assert "method=" in file["content_type"]
    assert "REQUEST" in file["content_type"]
    assert "Message-ID" not in sent.get("headers", {})
