"""Whose appointments they are: found by their full number or address, never by a name that sounds like it."""

import re
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from booking.models import Customer
from tenants import audit, rows, scope, statements
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound, Refused
from tenants.scope import ScopeError

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
LONGEST_NAME = 255


class CustomerExists(Refused):
    code = "customer_exists"
    sentence = _("There is already a customer with this telephone number or e-mail address.")


def match_by_phone(phone: str | None) -> Customer | None:
    """Return the customer with exactly this number (E.164), None when there is none or no number."""
    if phone is None:
        return None
    found = rows.load(Customer, "tenant_id = %s AND phone = %s", (scope.current().tenant_id, phone))
    return found[0] if found else None


def customer_for(tenant_id: UUID, customer_id: int) -> Customer:
    """Return a customer of this business.

    :raises NotFound: there is none, or it is another business's
    """
    customer = Customer.objects.filter(tenant_id=tenant_id, pk=customer_id).first()
    if customer is None:
        raise NotFound
    return customer


def find_or_create(
    *, name: str, phone: str | None, email: str | None, now: datetime, fills_in: bool = True
) -> Customer:
    """Return the customer with this number, else the one with this address, else a new one.

    An existing customer is never renamed: who calls may book for somebody else. An address that was missing is
    filled in, unless whoever says it has not shown that the number is theirs (`fills_in`): mails about the
    customer's other appointments would go there.

    :raises Invalid: the name, number or address cannot be one
    """
    name, phone, email = _checked(name=name, phone=phone, email=email)
    if phone is not None and email is None:
        known = _known_or_new(name=name, phone=phone, now=now)
    else:
        known = _known(phone=phone, email=email)
    if known is None:
        known = _insert(name=name, phone=phone, email=email, now=now)
    if known is None:  # somebody else was faster
        known = _known(phone=phone, email=email)
    if known is None:
        raise CustomerExists
    if email and fills_in and not known.email:
        _fill_in_email(known, email)
    return known


def register(
    *,
    name: str,
    by: Actor,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    language: str = "de",
    notes: str = "",
) -> Customer:
    """Create a customer who is not known yet.

    :raises Invalid: the name, number or address cannot be one
    :raises CustomerExists: number or address belong to another customer
    """
    name, phone, email = _checked(name=name, phone=phone, email=email)
    with transaction.atomic():
        customer = _insert(
            name=name, phone=phone, email=email, language=language, notes=notes, now=now
        )
        if customer is None:
            raise CustomerExists
        audit.record("created", customer, tenant_id=customer.tenant_id, by=by, now=now)
    return customer


class CustomerFields(TypedDict, total=False):
    name: str
    phone: str | None
    email: str | None
    language: str
    notes: str


def change(
    customer: Customer, *, by: Actor, now: datetime, **fields: Unpack[CustomerFields]
) -> Customer:
    """Change the given fields; the audit trail keeps which ones, not what was in them.

    :raises Invalid: the name, number or address cannot be one
    :raises CustomerExists: number or address belong to another customer
    """
    name, phone, email = _checked(
        name=fields.get("name", customer.name),
        phone=fields.get("phone", customer.phone),
        email=fields.get("email", customer.email),
    )
    wanted = {
        "name": name,
        "phone": phone,
        "email": email,
        "language": fields.get("language", customer.language),
        "notes": fields.get("notes", customer.notes),
    }
    changed = [field for field, value in wanted.items() if getattr(customer, field) != value]
    if not changed:
        return customer
    for field in changed:
        setattr(customer, field, wanted[field])
    try:
        with transaction.atomic():
            customer.save(update_fields=[*changed, "updated_at"])
            audit.record(
                "changed", customer, tenant_id=customer.tenant_id, by=by, now=now, fields=changed
            )
    except IntegrityError as error:
        raise CustomerExists from error
    return customer


def readable(name: str) -> str:
    """Return a name without control characters and superfluous space."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def named(attendee_name: str) -> str:
    """Return the name for whom an appointment is, as it can be read.

    :raises Invalid: nobody is named
    """
    name = readable(attendee_name)
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(attendee_name=_("A name of 1 to 255 characters is needed."))
    return name


def _checked(
    *, name: str, phone: str | None, email: str | None
) -> tuple[str, str | None, str | None]:
    name = readable(name)
    errors: dict[str, object] = {}
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("A name of 1 to 255 characters is needed.")
    if phone is not None and not _E164.fullmatch(phone):
        errors["phone"] = _("Write the number as +4930…")
    if email is not None and not _is_email(email):
        errors["email"] = _("This is not an e-mail address.")
    if errors:
        raise Invalid(**errors)
    return name, phone, email


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _known(*, phone: str | None, email: str | None) -> Customer | None:
    found = match_by_phone(phone)
    if found is None and email is not None:
        found = Customer.objects.filter(email__iexact=email).order_by("pk").first()
    return found


_INSERT = """
INSERT INTO booking_customer (tenant_id, name, phone, email, language, notes, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""


def _insert(
    *,
    name: str,
    phone: str | None,
    email: str | None,
    now: datetime,
    language: str = "de",
    notes: str = "",
) -> Customer | None:
    """Write a new customer, or nothing when number or address are taken: a conflict does not harm the transaction."""
    tenant_id = scope.current().tenant_id
    if tenant_id is None:
        raise ScopeError("a customer belongs to one business")
    values = (tenant_id, name, phone, email, language, notes, now, now)
    row = statements.run(_INSERT, values).fetchone()
    if row is None:
        return None
    customer = Customer(
        pk=row[0],
        tenant_id=tenant_id,
        name=name,
        phone=phone,
        email=email,
        language=language,
        notes=notes,
        created_at=now,
        updated_at=now,
    )
    customer._state.adding = False
    return customer


_NAMES, _COLUMNS = rows.columns(Customer)
_KNOWN_OR_NEW = f"""
WITH known AS (
  SELECT {", ".join(_COLUMNS)} FROM booking_customer WHERE tenant_id = %(tenant)s AND phone = %(phone)s
), fresh AS (
  INSERT INTO booking_customer (tenant_id, name, phone, email, language, notes, created_at, updated_at)
  SELECT %(tenant)s, %(name)s, %(phone)s, NULL, 'de', '', %(now)s, %(now)s WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT DO NOTHING RETURNING {", ".join(_COLUMNS)}
)
SELECT * FROM known UNION ALL SELECT * FROM fresh
"""  # noqa: S608 — our own words


def _known_or_new(*, name: str, phone: str, now: datetime) -> Customer | None:
    """Return who has this number or write them down, in one statement; None when somebody was faster."""
    asked = {"tenant": scope.current().tenant_id, "name": name, "phone": phone, "now": now}
    row = statements.run(_KNOWN_OR_NEW, asked).fetchone()
    return None if row is None else rows.made(Customer, _NAMES, row)


def _fill_in_email(customer: Customer, email: str) -> None:
    """Note an address that was missing, unless it is known as somebody else's."""
    if Customer.objects.filter(email__iexact=email).exists():
        return
    try:
        with transaction.atomic():
            Customer.objects.filter(pk=customer.pk, email__isnull=True).update(email=email)
    except IntegrityError:
        return  # given to somebody else at the same moment
    customer.refresh_from_db(fields=["email"])
