"""What is past its time is gone; that it was, stays."""

from datetime import UTC, datetime, timedelta

import time_machine

from askpro import courier
from askpro.compliance import retention
from calls.models import Call
from integrations.models import Delivery
from tenants import scope
from tenants.models import Tenant
from tests.retell import Retell

WORDS = "User: Ich heiße Erika Mustermann."


def test_words_are_forgotten_and_the_call_stays(
    transactional_db: None, retell: Retell, salon: Tenant
) -> None:
    now = datetime.now(UTC)
    number = retell.sends("call_ended", retell.new_call(transcript=WORDS)).json()["call_id"]
    retell.sends("call_ended", retell.new_call(to_number="+49891234567", transcript=WORDS))
    courier.carry_all()

    with time_machine.travel(now + timedelta(days=89), tick=False):
        retention.purge(now=now + timedelta(days=89))
    with scope.tenant(salon):
        kept = Call.objects.get(pk=number).transcript
    retention.purge(now=now + timedelta(days=91))

    assert kept == WORDS
    with scope.tenant(salon):
        call = Call.objects.get(pk=number)
    assert (call.transcript, call.outcome) == ("", Call.Outcome.NO_WISH)
    with scope.platform():
        assert [bytes(body) for body in Delivery.objects.values_list("body", flat=True)] == [
            b"",
            b"",
        ]
