"""Proposals of other times when somebody is away: /api/proposals."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import cascade
from booking.api import appointments
from booking.api.appointments import AppointmentShape
from booking.cascade import NOTHING_FREE, PART_OF_A_VISIT, TOO_LATE, Case
from booking.models import Appointment, Proposal, TimeOff
from tenants.api import door, lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView

_STATES = [each.value for each in Proposal.Status]


# --- What is shown -------------------------------------------------------------------------------


class ProposalShape(serializers.Serializer[Any]):
    """Another time for an appointment, kept until `expires_at`. Nothing moves before it is accepted."""

    id = serializers.IntegerField()
    appointment_id = serializers.IntegerField()
    time_off_id = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(_STATES)
    starts_at = serializers.DateTimeField()
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class CaseShape(serializers.Serializer[Any]):
    """One affected appointment: its proposal, or why there is none."""

    appointment_id = serializers.IntegerField()
    proposal = ProposalShape(allow_null=True)
    reason = serializers.ChoiceField([TOO_LATE, PART_OF_A_VISIT, NOTHING_FREE], allow_null=True)
    needs_a_person = serializers.BooleanField(help_text="Nobody will answer by themselves: call.")


class CascadeShape(serializers.Serializer[Any]):
    """Every appointment that lies in the time off, in order of time; `made` are the new proposals."""

    made = serializers.ListField(child=serializers.IntegerField())
    cases = CaseShape(many=True)


def _show(rows: "QuerySet[Proposal]") -> list[dict[str, Any]]:
    renamed = {"staff_id": F("staff_member_id"), "staff_name": F("staff_member__name")}
    return list(rows.values(*lists.columns(ProposalShape, but=renamed), **renamed))


def _show_case(case: Case, proposals: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "appointment_id": case.appointment.pk,
        "proposal": None if case.proposal is None else proposals[case.proposal.pk],
        "reason": case.reason,
        "needs_a_person": case.needs_a_person,
    }


# --- What may come in --------------------------------------------------------------------------------


class ProposalQuery(lists.Page):
    status = serializers.ChoiceField(_STATES, required=False)
    time_off_id = strict.QueryInteger(required=False, min_value=1)
    appointment_id = strict.QueryInteger(required=False, min_value=1)


class NewProposals(strict.Input):
    time_off_id = strict.Id()


# --- Doors -----------------------------------------------------------------------------------------------


class Proposals(TenantView):  # /api/proposals
    @extend_schema(
        operation_id="proposals_list",
        summary="Proposals, the latest first",
        tags=["proposals"],
        parameters=[ProposalQuery],
        responses={200: lists.list_of(ProposalShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(ProposalQuery, request.query_params.dict())
        names = ("status", "time_off_id", "appointment_id")
        rows = Proposal.objects.filter(**{each: wanted[each] for each in names if each in wanted})
        return lists.paged(rows.order_by("-pk"), wanted, _show)

    @extend_schema(
        operation_id="proposals_make",
        summary="Propose other times for all appointments in a time off",
        description="Each customer is asked once; doing it again adds only what is missing and reports how it stands.",
        tags=["proposals"],
        request=NewProposals,
        responses={200: CascadeShape},
        examples=[OpenApiExample("A sick day", request_only=True, value={"time_off_id": 1})],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewProposals, request.data)
        rows = TimeOff.objects.select_related("branch")
        off = door.one(rows, wanted["time_off_id"], field="time_off_id")
        report = cascade.propose(off, by=request.actor, now=timezone.now())
        numbers = [case.proposal.pk for case in report.cases if case.proposal]
        shown = {row["id"]: row for row in _show(Proposal.objects.filter(pk__in=numbers))}
        return Response(
            {
                "made": [each.pk for each in report.made],
                "cases": [_show_case(case, shown) for case in report.cases],
            }
        )


class ProposalAcceptance(TenantView):  # /api/proposals/{id}/accept
    @extend_schema(
        operation_id="proposals_accept",
        summary="Accept a proposal: the appointment moves",
        tags=["proposals"],
        request=None,
        responses={200: AppointmentShape},
    )
    def post(self, request: TenantRequest, proposal_id: int) -> Response:
        proposal = cascade.proposal_for(request.tenant_id, proposal_id)
        moved = cascade.accept(
            proposal, by=request.actor, source=Appointment.Source.API, now=timezone.now()
        )
        return Response(appointments.show_one(moved.pk))


class ProposalRefusal(TenantView):  # /api/proposals/{id}/decline
    @extend_schema(
        operation_id="proposals_decline",
        summary="Decline a proposal: the appointment stays, for people to decide",
        tags=["proposals"],
        request=None,
        responses={204: None},
    )
    def post(self, request: TenantRequest, proposal_id: int) -> Response:
        proposal = cascade.proposal_for(request.tenant_id, proposal_id)
        cascade.decline(proposal, by=request.actor, now=timezone.now())
        return Response(status=204)
