"""Who may hear about appointments on the telephone, and change them.

The full number of the caller opens what stands under it; a withheld number opens nothing. Where several people share
a number, the caller says whose appointment it is. A refusal sounds the same whether or not there is anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.models import Appointment, Customer
from calls import naming
from calls.answers import Answer
from calls.models import Call, ToolCall
from calls.wishes import Ask

# Wrong names from one number within an hour before a person has to look at it.
MOST_WRONG_NAMES = 3
_WITHIN = timedelta(hours=1)
WRONG_NAME = "not_identified"
# Whoever came in this time may call again.
_REMEMBERED = timedelta(days=730)
_AHEAD = (Appointment.Status.PENDING, Appointment.Status.CONFIRMED)

NUMBER_WITHHELD = Answer(
    state="number_withheld",
    say="Ihre Rufnummer wird nicht angezeigt. Deshalb darf ich zu Terminen keine Auskunft geben und nichts ändern."
    " Ich kann einen neuen Termin buchen oder einen Rückruf notieren. Was möchten Sie?",
)
ASK_NAME = Answer(
    state="ask_name",
    say="Auf welchen Namen läuft der Termin? Bitte Vor- und Nachname.",
    data={"fields": ["name"]},
)
NOT_IDENTIFIED = Answer(
    state=WRONG_NAME,
    say="Dazu finde ich unter Ihrer Rufnummer nichts. Nennen Sie mir bitte noch einmal Vor- und Nachnamen,"
    " oder soll Sie jemand zurückrufen?",
    data={"fields": ["name"]},
)
TOO_MANY = Answer(
    state="too_many_attempts",
    say="Dazu kann ich am Telefon leider nichts mehr sagen. Soll Sie jemand zurückrufen?",
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody whose number is known here, and whose appointments they may hear of."""

    customers: tuple[Customer, ...]
    names: frozenset[str]  # the names on the appointments that are theirs

    def appointments(self, *, now: datetime) -> list[Appointment]:
        """Return what is ahead of them, the next one first."""
        rows = Appointment.objects.filter(
            customer__in=self.customers, status__in=_AHEAD, starts_at__gt=now
        )
        rows = rows.select_related("service", "staff_member", "branch", "customer")
        return [row for row in rows.order_by("starts_at", "id") if row.attendee_name in self.names]


def identify(call: Call, *, name: str, now: datetime) -> Caller:
    """Return who is calling.

    :raises Ask: the number is withheld, several people share it, or the name does not belong to it
    """
    if call.from_number is None:
        raise Ask(NUMBER_WITHHELD)
    known = tuple(Customer.objects.filter(phone=call.from_number).order_by("id"))
    people = _people(known, now=now)
    if not name:
        if len(people) > 1:
            raise Ask(ASK_NAME)
        return Caller(customers=known, names=frozenset().union(*people))
    if _wrong_names(call.from_number, now=now) >= MOST_WRONG_NAMES:
        raise Ask(TOO_MANY)
    meant = _meant(name, people)
    if len(meant) > 1:
        raise Ask(ASK_NAME)
    if not meant:
        raise Ask(NOT_IDENTIFIED)
    return Caller(customers=known, names=meant[0])


def greeted_name(customer: Customer, *, now: datetime) -> str:
    """Return the name to greet a known number with; nothing where several people share it."""
    return customer.name if len(_people((customer,), now=now)) == 1 else ""


def _people(known: tuple[Customer, ...], *, now: datetime) -> list[frozenset[str]]:
    """Return the people behind a number, each as the names under which they are written down."""
    written = Appointment.objects.filter(
        customer__in=known, starts_at__gt=now - _REMEMBERED
    ).exclude(attendee_name="")
    names = {customer.name for customer in known} | set(
        written.values_list("attendee_name", flat=True).distinct()
    )
    return _grouped(names)


def _grouped(names: Iterable[str]) -> list[frozenset[str]]:
    """Put "Frau Mustermann" and "Erika Mustermann" together, the longest name first."""
    groups: list[set[str]] = []
    for name in sorted(names, key=lambda each: (-len(naming.words(each)), each)):
        home = [group for group in groups if any(naming.is_part_of(name, each) for each in group)]
        # A surname alone belongs to nobody in particular where two have it.
        if len(home) == 1:
            home[0].add(name)
        else:
            groups.append({name})
    return [frozenset(group) for group in groups]


def _meant(said: str, people: list[frozenset[str]]) -> list[frozenset[str]]:
    """Return who is meant by a name: by its letters, else, among these people only, by its sound."""
    for agrees in (naming.is_part_of, naming.sounds_like):
        found = [group for group in people if any(agrees(said, name) for name in group)]
        if found:
            return found
    return []


def _wrong_names(number: str, *, now: datetime) -> int:
    return ToolCall.objects.filter(
        call__from_number=number, state=WRONG_NAME, at__gt=now - _WITHIN
    ).count()
