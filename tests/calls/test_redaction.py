"""Numbers of insurances, cards and accounts: said in any form, kept in none."""

import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.utils import timezone
from stdnum import luhn

from askpro import courier
from calls import lifecycle, redaction, speech
from calls.models import Call, ToolCall
from integrations import inbox
from integrations.models import Delivery
from integrations.voice.retell import PROVIDER
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.retell import Retell

# Published examples of the banks, of the card schemes and of the pension insurance; nobody's numbers.
ACCOUNTS = ("DE89370400440532013000", "AT611904300234573201", "GB29NWBK60161331926819", "CH9300762011623852957")  # fmt: skip
CARDS = ("4111111111111111", "5500005555555559", "378282246310005", "30569309025904", "6011000990139424")  # fmt: skip


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Meine IBAN ist DE89 3704 0044 0532 0130 00, danke.", "Meine IBAN ist [IBAN], danke."),
        ("DE 89 37 04 00 44 05 32 01 30 00", "[IBAN]"),
        ("also de89370400440532013000 bitte", "also [IBAN] bitte"),
        ("d e acht neun drei sieben null vier null null vier vier null fünf drei zwei null eins drei null null null",
         "[IBAN]"),
        ("D wie Dora, E wie Emil, neunundachtzig, siebenunddreißig, null vier, null null, vierundvierzig, 0532 0130 00.",
         "[IBAN]."),
        ("GB29 NWBK 6016 1331 9268 19", "[IBAN]"),
        ("Karte 4111 1111 1111 1111, gültig bis 12/27", "Karte [Kartennummer], gültig bis 12/27"),
        ("4111-1111-1111-1111", "[Kartennummer]"),
        ("378282246310005 ist die Nummer", "[Kartennummer] ist die Nummer"),
        ("Prüfnummer ist 123.", "Prüfnummer ist [Kartenprüfnummer]."),
        ("CVC: 4 5 6", "CVC: [Kartenprüfnummer]"),
        ("Versichertennummer A123456780", "Versichertennummer [Versichertennummer]"),
        ("A 123 456 780", "[Versichertennummer]"),
        ("A wie Anton eins zwei drei vier fünf sechs sieben acht null", "[Versichertennummer]"),
        ("Rentenversicherung 65 170839 J 003", "Rentenversicherung [Rentenversicherungsnummer]"),
        ("Erst DE89370400440532013000, dann 4111111111111111.", "Erst [IBAN], dann [Kartennummer]."),
    ],
)  # fmt: skip
def test_what_must_not_be_kept_becomes_a_word(said: str, kept: str) -> None:
    assert redaction.text(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "Sie erreichen mich unter 0171 3920015 oder +49 30 23125 777.",
        "null eins sieben eins drei neun zwei null null eins fünf",
        "+4917139200150",
        "Am 24.11.2026 um 14:30 Uhr, spätestens 25.11.2026, 16:00",
        "am vierundzwanzigsten elften zweitausendsechsundzwanzig um halb drei",
        "Zwischen 9 und 11, oder 13, 14, 15, 16, 17, 18 Uhr",
        "Auftrag 4111 1111 1111 1112",  # no check digit of a card
        "10115 Berlin, Musterstraße 12, 3. Stock",
        "slot_4-1-29920815-4f7a",
        "um acht, um neun, um zehn, um elf oder um zwölf",
        "",
    ],
)
def test_what_is_needed_stays_to_the_letter(said: str) -> None:
    assert redaction.text(said) == said


def test_of_a_hundred_numbers_in_all_forms_none_is_left() -> None:
    dice = random.Random(8)
    left = []
    for number in (*_accounts(dice, 34), *_cards(dice, 33), *_insured(dice, 33)):
        for form in (_plain, _in_fours, _in_pairs, _one_by_one, _in_words):
            said = f"Ja, Moment, das ist {form(number)}, haben Sie das?"
            kept = redaction.text(said)
            if not (
                kept.startswith("Ja, Moment, das ist [") and kept.endswith("], haben Sie das?")
            ):
                left.append((said, kept))

    assert left == []


def test_a_call_keeps_none_of_it_anywhere(salon: Tenant, retell: Retell) -> None:
    said = "Meine Karte ist 4111 1111 1111 1111, versichert A123456780, Konto DE89 3704 0044 0532 0130 00."
    call = retell.new_call()
    retell.asks_for("take_message", call, message=said, intent="other", name="Erika Muster")
    analysed = _analysed(call, said)

    retell.sends("call_analyzed", analysed)
    courier.carry_all()

    with scope.tenant(salon):
        everything: list[Any] = [
            *Call.objects.values("transcript", "turns", "summary", "analysis", "invocations"),
            *ToolCall.objects.values("arguments", "answer", "decisions"),
        ]
        bodies = [bytes(each.body) for each in Delivery.objects.all()]
    kept = orjson.dumps(everything, default=str) + b"".join(bodies)
    for secret in (b"4111", b"A123456780", b"DE89", b"0532"):
        assert secret not in kept
    assert b"slot_378282246310005" in kept
    assert "[Kartennummer]" in everything[0]["transcript"]
    assert call["call_id"].encode() in b"".join(bodies)


def test_a_body_without_such_a_number_is_kept_byte_for_byte() -> None:
    received = (
        b'{"event" : "call_started", "call": {"call_id": "call_4111111111111111", "x": 1.50}}'
    )

    assert redaction.body(received) is received


_SAID = "Meine Karte ist 4111 1111 1111 1111, mein Konto DE89 3704 0044 0532 0130 00."


def test_an_event_for_a_number_of_nobody_is_set_aside_without_it_and_can_be_replayed(
    transactional_db: None, retell: Retell
) -> None:
    call = {**retell.new_call(), "to_number": "+493023125888"}
    retell.sends("call_analyzed", _analysed(call, _SAID))

    courier.carry_all()

    aside = _only()
    assert aside.state == Delivery.State.IGNORED
    assert b"4111" not in bytes(aside.body)
    assert b"0532" not in bytes(aside.body)
    # Somebody enters the number later.
    salon = factories.make_salon(name="Salon", number="+493023125888", slug="salon")
    with scope.platform():
        inbox.replay([aside], now=timezone.now())
    courier.carry_all()
    assert _only().state == Delivery.State.DONE
    with scope.tenant(salon):
        assert "[Kartennummer]" in Call.objects.get().transcript


def test_a_question_on_a_number_of_nobody_is_kept_without_it(
    transactional_db: None, retell: Retell
) -> None:
    nobodys = retell.new_call(to_number="+493023125888")

    answer = retell.asks_for("take_message", nobodys, message=_SAID, intent="other", name="Erika")

    assert answer["state"] == "unknown_number"
    kept = bytes(_only().body)
    assert b"[Kartennummer]" in kept
    assert b"4111" not in kept
    assert b"0532" not in kept


def test_an_event_that_cannot_be_applied_is_given_up_without_it_and_can_be_replayed(
    transactional_db: None, retell: Retell, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_salon(name="Salon", number="+493023125777", slug="salon")
    retell.sends("call_analyzed", _analysed(retell.new_call(), _SAID))

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    with monkeypatch.context() as while_broken:
        while_broken.setattr(lifecycle, "apply", broken)
        for _ in range(5):
            with scope.platform():
                Delivery.objects.update(next_attempt_at=timezone.now())
            courier.carry_all()

    dead = _only()
    assert dead.state == Delivery.State.DEAD
    assert b"4111" not in bytes(dead.body)
    assert b"[Kartennummer]" in bytes(dead.body)
    with scope.platform():
        inbox.replay([dead], now=timezone.now())
    courier.carry_all()
    assert _only().state == Delivery.State.DONE


def test_a_defect_of_the_redaction_itself_does_not_keep_a_delivery_from_rest(
    transactional_db: None,
) -> None:
    inbox.record(PROVIDER, key="broken", kind="call_ended", body=b"{}")

    def broken(received: bytes) -> bytes:
        raise ZeroDivisionError("a defect")

    def not_ours(delivery: Delivery) -> None:
        raise inbox.NotOurs("of somebody else")

    reader = inbox.Reader(apply=not_ours, redact=broken)
    inbox.apply_oldest({PROVIDER: reader}, now=timezone.now())

    assert _only().state == Delivery.State.IGNORED


@pytest.mark.django_db
def test_what_cannot_be_read_is_kept_without_it_and_otherwise_byte_for_byte(retell: Retell) -> None:
    retell.post_bytes(
        "/api/retell/webhook", b'{"event": \xff "Konto DE89 3704 0044 0532 0130 00", \x00'
    )

    assert bytes(_only().body) == b'{"event": \xff "Konto [IBAN]", \x00'


def _only() -> Delivery:
    with scope.platform():
        return Delivery.objects.get()


def _analysed(call: dict[str, Any], said: str) -> dict[str, Any]:
    words = [{"word": word, "start": 0.1, "end": 0.2} for word in said.split()]
    arguments = orjson.dumps({"message": said, "slot_id": "slot_378282246310005"}).decode()
    return {
        **call,
        "call_status": "ended",
        "transcript": f"User: {said}\n",
        "transcript_object": [{"role": "user", "content": said, "words": words}],
        "transcript_with_tool_calls": [
            {"role": "user", "content": said, "words": words},
            {"role": "tool_call_invocation", "tool_call_id": "1", "name": "take_message", "arguments": arguments},
        ],
        "call_analysis": {"call_summary": said, "custom_analysis_data": {"note": [said]}},
    }  # fmt: skip


def _accounts(dice: random.Random, count: int) -> Iterator[str]:
    """ISO 13616: the check digits make the rearranged number 1 modulo 97; DE is 13 14."""
    for _ in range(count):
        account = "".join(dice.choices("0123456789", k=18))
        yield f"DE{98 - int(f'{account}131400') % 97:02d}{account}"


def _cards(dice: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        number = dice.choice(("4", "51", "55", "6011"))
        number += "".join(dice.choices("0123456789", k=15 - len(number)))
        yield number + luhn.calc_check_digit(number)


def _insured(dice: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield dice.choice("ABCDEFGHKLMNPRSTUVWXYZ") + "".join(dice.choices("0123456789", k=9))


def _plain(number: str) -> str:
    return number


def _in_fours(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def _in_pairs(number: str) -> str:
    return "-".join(number[place : place + 2] for place in range(0, len(number), 2))


def _one_by_one(number: str) -> str:
    return " ".join(number)


def _in_words(number: str) -> str:
    return ", ".join(speech.spoken_number(int(each)) if each.isdigit() else each for each in number)
