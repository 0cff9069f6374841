"""Customers: /api/customers."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from booking import customers
from booking.models import Customer
from integrations.voice import numbers
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound

_PHONE = re.compile(r"\+?[1-9][0-9]{1,14}")


@extend_schema_field(
    {"type": "string", "pattern": r"^\+?[1-9]\d{1,14}$", "example": "+491713920042"}
)
class Phone(strict.Line):
    """A telephone number in international form; the plus may be missing. Kept as E.164."""

    default_error_messages = {"invalid_number": _("Write the number as +4930…")}

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        if not _PHONE.fullmatch(written):
            self.fail("invalid_number")
        plain = f"+{written.removeprefix('+')}"
        return numbers.e164(plain) or plain


# --- What is shown -------------------------------------------------------------------------------


class CustomerShape(serializers.Serializer[Any]):
    """A customer. What is not known is null, never invented."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True)
    email = serializers.EmailField(allow_null=True)
    language = serializers.CharField()
    notes = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


_COLUMNS = ("id", "name", "phone", "email", "language", "notes", "created_at", "updated_at")


def show(rows: "QuerySet[Customer]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in one query."""
    return list(rows.values(*_COLUMNS))


def show_one(customer_id: int) -> dict[str, Any]:
    """Return one customer as the API shows them.

    :raises NotFound: there is none under this id
    """
    shown = show(Customer.objects.filter(pk=customer_id))
    if not shown:
        raise NotFound
    return shown[0]


# --- What may come in --------------------------------------------------------------------------------


class CustomerQuery(lists.Page):
    search = strict.QueryText(
        required=False,
        max_length=255,
        help_text="Part of the name, or the whole telephone number or e-mail address.",
    )


class NewCustomer(strict.Input):
    name = strict.Line(max_length=255)
    email = strict.Email(max_length=254)
    phone = Phone(required=False, allow_null=True)
    notes = strict.Text(required=False, allow_blank=True, max_length=5000)


class CustomerChanges(strict.Input):
    """What is not named stays as it is."""

    also = {"minProperties": 1}

    name = strict.Line(required=False, max_length=255)
    email = strict.Email(required=False, max_length=254)
    phone = Phone(required=False, allow_null=True)
    notes = strict.Text(required=False, allow_blank=True, max_length=5000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError([_("Nothing is to be changed.")])
        return attrs


_ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org", "phone": "+491713920042"}


# --- Doors -----------------------------------------------------------------------------------------------


class Customers(TenantView):  # /api/customers
    @extend_schema(
        operation_id="customers_list",
        summary="Customers by name",
        tags=["customers"],
        parameters=[CustomerQuery],
        responses={200: lists.list_of(CustomerShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(CustomerQuery, request.query_params.dict())
        rows = _found(wanted.get("search"))
        return lists.paged(rows.order_by("name", "id"), wanted, show)

    @extend_schema(
        operation_id="customers_register",
        summary="Register a customer",
        tags=["customers"],
        request=NewCustomer,
        responses={201: CustomerShape},
        examples=[OpenApiExample("A customer", request_only=True, value=_ERIKA)],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewCustomer, request.data)
        wanted.setdefault("phone", None)
        customer = customers.register(**wanted, by=request.actor, now=timezone.now())
        return Response(
            show_one(customer.pk), status=201, headers={"Location": f"/api/customers/{customer.pk}"}
        )


class CustomerDetail(TenantView):  # /api/customers/{id}; floor 4 adds the calls and shows it
    @extend_schema(
        operation_id="customers_change",
        summary="Change a customer",
        description="What is not named stays as it is.",
        tags=["customers"],
        request=CustomerChanges,
        responses={200: CustomerShape},
        examples=[
            OpenApiExample("A new number", request_only=True, value={"phone": "+491713920043"})
        ],
    )
    def put(self, request: TenantRequest, customer_id: int) -> Response:
        customer = customers.customer_for(request.tenant_id, customer_id)
        wanted = strict.read(CustomerChanges, request.data)
        customers.change(customer, by=request.actor, now=timezone.now(), **wanted)
        return Response(show_one(customer_id))


def _found(search: str | None) -> "QuerySet[Customer]":
    rows = Customer.objects.all()
    if search is None:
        return rows
    is_it = Q(name__icontains=search) | Q(email__iexact=search)
    number = numbers.e164(search)
    return rows.filter(is_it | Q(phone=number) if number else is_it)
