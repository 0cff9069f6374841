"""Callback requests: /api/callbacks."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking.api.customers import Phone
from booking.models import Service, StaffMember
from calls import callbacks
from calls.models import CallbackRequest
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import Invalid, NotFound
from tenants.models import Branch

# --- What is shown -------------------------------------------------------------------------------


class CallbackShape(serializers.Serializer[Any]):
    """Somebody who must be called back. Times are UTC."""

    id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    call_id = serializers.IntegerField(allow_null=True, help_text="null: did not come from a call")
    kind = serializers.ChoiceField(CallbackRequest.Kind.choices)
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True, help_text="null: the number is not known")
    reason = serializers.CharField()
    wish = serializers.CharField(help_text="When it suits, in the words of the caller.")
    notes = serializers.CharField()
    priority = serializers.ChoiceField(CallbackRequest.Priority.choices)
    status = serializers.ChoiceField(CallbackRequest.Status.choices)
    service_id = serializers.IntegerField(allow_null=True)
    assigned_to_id = serializers.IntegerField(allow_null=True, help_text="Who calls back.")
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


_COLUMNS = tuple(lists.columns(CallbackShape))


def show(rows: "QuerySet[CallbackRequest]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in one query."""
    return list(rows.values(*_COLUMNS))


def show_one(callback_id: int) -> dict[str, Any]:
    """Return one callback request as the API shows it.

    :raises NotFound: there is none under this id
    """
    shown = show(CallbackRequest.objects.filter(pk=callback_id))
    if not shown:
        raise NotFound
    return shown[0]


# --- What may come in --------------------------------------------------------------------------------


class CallbackQuery(lists.Page):
    status = serializers.ChoiceField(CallbackRequest.Status.choices, required=False)
    assigned_to_id = strict.QueryInteger(required=False, min_value=1)
    overdue = strict.QueryFlag(required=False, help_text="Only those that wait beyond their time.")


class NewCallback(strict.Input):
    name = strict.Line(max_length=255)
    phone = Phone()
    reason = strict.Line(required=False, allow_blank=True, max_length=500, default="")
    wish = strict.Line(required=False, allow_blank=True, max_length=200, default="")
    priority = strict.OneOf(CallbackRequest.Priority.choices, required=False, default="normal")
    branch_id = strict.Id(required=False, help_text="Without it the first branch.")
    service_id = strict.Id(required=False)
    staff_id = strict.Id(required=False, help_text="Without it whoever fits best.")


class CallbackChanges(strict.Changes):
    """What is not named stays as it is."""

    name = strict.Line(max_length=255)
    phone = Phone()
    reason = strict.Line(allow_blank=True, max_length=500)
    wish = strict.Line(allow_blank=True, max_length=200)
    priority = strict.OneOf(CallbackRequest.Priority.choices)
    notes = strict.Text(allow_blank=True, max_length=5000)


class Assignment(strict.Input):
    staff_id = strict.Id(required=False, help_text="Without it whoever fits best.")


class Contact(strict.Input):
    notes = strict.Text(required=False, allow_blank=True, max_length=2000, default="")


_ANNA = {"name": "Anna Berg", "phone": "+491713920043", "reason": "Frage zur Rechnung"}

# --- Doors -----------------------------------------------------------------------------------------------


class Callbacks(TenantView):  # /api/callbacks
    @extend_schema(
        operation_id="callbacks_list",
        summary="Callback requests, the most urgent first",
        tags=["callbacks"],
        parameters=[CallbackQuery],
        responses={200: lists.list_of(CallbackShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(CallbackQuery, request.query_params.dict())
        return lists.paged(_wanted(wanted).order_by("due_at", "id"), wanted, show)

    @extend_schema(
        operation_id="callbacks_take_down",
        summary="Note that somebody must be called back",
        tags=["callbacks"],
        request=NewCallback,
        responses={201: CallbackShape},
        examples=[OpenApiExample("A question", request_only=True, value=_ANNA)],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewCallback, request.data)
        staff_member = _staff_member(wanted)
        noted = callbacks.take_down(
            branch=_branch(wanted, staff_member),
            name=wanted["name"],
            phone=wanted["phone"],
            reason=wanted["reason"],
            wish=wanted["wish"],
            priority=wanted["priority"],
            service=_service(wanted),
            staff_member=staff_member,
            by=request.actor,
            now=timezone.now(),
        )
        return Response(
            show_one(noted.pk), status=201, headers={"Location": f"/api/callbacks/{noted.pk}"}
        )


class CallbackDetail(TenantView):  # /api/callbacks/{id}
    @extend_schema(
        operation_id="callbacks_read",
        summary="One callback request",
        tags=["callbacks"],
        responses={200: CallbackShape},
    )
    def get(self, request: TenantRequest, callback_id: int) -> Response:
        return Response(show_one(callback_id))

    @extend_schema(
        operation_id="callbacks_change",
        summary="Change a callback request",
        description="A higher priority brings the due time forward; none puts it off.",
        tags=["callbacks"],
        request=CallbackChanges,
        responses={200: CallbackShape},
        examples=[OpenApiExample("Urgent", request_only=True, value={"priority": "urgent"})],
    )
    def put(self, request: TenantRequest, callback_id: int) -> Response:
        waiting = callbacks.callback_for(request.tenant_id, callback_id)
        wanted = strict.read(CallbackChanges, request.data)
        callbacks.change(waiting, by=request.actor, now=timezone.now(), **wanted)
        return Response(show_one(callback_id))

    @extend_schema(
        operation_id="callbacks_cancel",
        summary="Nobody needs to call any more",
        description="Cancelling what is over already changes nothing.",
        tags=["callbacks"],
        responses={204: None},
    )
    def delete(self, request: TenantRequest, callback_id: int) -> Response:
        waiting = callbacks.callback_for(request.tenant_id, callback_id)
        callbacks.cancel(waiting, now=timezone.now())
        return Response(status=204)


class CallbackAssignment(TenantView):  # /api/callbacks/{id}/assignment
    @extend_schema(
        operation_id="callbacks_assign",
        summary="Give it to somebody, or to whoever fits best",
        tags=["callbacks"],
        request=Assignment,
        responses={200: CallbackShape},
        examples=[OpenApiExample("Whoever fits best", request_only=True, value={})],
    )
    def put(self, request: TenantRequest, callback_id: int) -> Response:
        waiting = callbacks.callback_for(request.tenant_id, callback_id)
        wanted = strict.read(Assignment, request.data)
        callbacks.assign(waiting, to=_staff_member(wanted), by=request.actor, now=timezone.now())
        return Response(show_one(callback_id))


class CallbackContact(TenantView):  # /api/callbacks/{id}/contacts
    @extend_schema(
        operation_id="callbacks_contact",
        summary="Note that somebody tried to call",
        tags=["callbacks"],
        request=Contact,
        responses={201: CallbackShape},
        examples=[OpenApiExample("Nobody there", request_only=True, value={"notes": "Mailbox"})],
    )
    def post(self, request: TenantRequest, callback_id: int) -> Response:
        waiting = callbacks.callback_for(request.tenant_id, callback_id)
        wanted = strict.read(Contact, request.data)
        callbacks.note_contact(waiting, notes=wanted["notes"], by=request.actor, now=timezone.now())
        return Response(show_one(callback_id), status=201)


class CallbackCompletion(TenantView):  # /api/callbacks/{id}/completion
    @extend_schema(
        operation_id="callbacks_complete",
        summary="The person was called back",
        description="Completing what is over already changes nothing.",
        tags=["callbacks"],
        request=None,
        responses={200: CallbackShape},
    )
    def put(self, request: TenantRequest, callback_id: int) -> Response:
        waiting = callbacks.callback_for(request.tenant_id, callback_id)
        callbacks.finish(waiting, now=timezone.now())
        return Response(show_one(callback_id))


# --- Finding what the input names ------------------------------------------------------------------------


def _wanted(wanted: dict[str, Any]) -> "QuerySet[CallbackRequest]":
    rows = CallbackRequest.objects.filter(
        **{name: wanted[name] for name in ("status", "assigned_to_id") if name in wanted}
    )
    if wanted.get("overdue"):
        rows = rows.filter(status__in=CallbackRequest.WAITING, due_at__lt=timezone.now())
    return rows


def _staff_member(wanted: dict[str, Any]) -> StaffMember | None:
    if "staff_id" not in wanted:
        return None
    person = StaffMember.objects.filter(pk=wanted["staff_id"], is_active=True).first()
    if person is None:
        raise Invalid(staff_id=_("There is nothing here under this id."))
    return person


def _service(wanted: dict[str, Any]) -> Service | None:
    if "service_id" not in wanted:
        return None
    service = Service.objects.filter(pk=wanted["service_id"]).first()
    if service is None:
        raise Invalid(service_id=_("There is nothing here under this id."))
    return service


def _branch(wanted: dict[str, Any], staff_member: StaffMember | None) -> Branch:
    if "branch_id" in wanted:
        branch = Branch.objects.filter(pk=wanted["branch_id"]).first()
    elif staff_member is not None:
        branch = Branch.objects.get(pk=staff_member.branch_id)
    else:
        branch = Branch.objects.filter(is_active=True).order_by("pk").first()
    if branch is None:
        raise Invalid(branch_id=_("There is nothing here under this id."))
    return branch
