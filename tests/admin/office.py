"""The back office as a person uses it, and rows of every kind to look at."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from billing.models import UsageRecord
from booking.models import (
    Appointment,
    AppointmentChange,
    BusyFeed,
    CalendarAccount,
    CalendarEventType,
    CalendarHost,
    CalendarLink,
    CalendarReview,
    DiaryFeed,
    DiaryRules,
    Policy,
    Resource,
    Service,
    Session,
    SpecialHours,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from calls.models import (
    Agent,
    AgentVersion,
    Call,
    CallbackRequest,
    CallerRule,
    Desk,
    Errand,
    KnowledgeEntry,
    ToolCall,
)
from integrations.models import Command, Credential, Delivery, Message
from tenants import actors, alerts, audit, scope
from tenants.models import Branch, PhoneNumber, Tenant, User
from tests import factories

# As the telephone wrote them; distinct, so that a page that shows them is found out.
TURNS = [
    {"role": "agent", "content": "Salon Sonnenschein, was kann ich für Sie tun?"},
    {"role": "user", "content": "Einen Haarschnitt am Dienstag, bitte."},
]


class Office:
    """One person at the back office."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client(headers={"accept-language": "de"})
        self.client.force_login(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, **fields: Any) -> Any:
        """Post and go where the answer leads."""
        return self.client.post(path, fields, follow=True)

    def ask(self, action: str, *rows: Model, within: str = "") -> Any:
        """Choose rows in their list and ask for an action; `within` is the query of the list."""
        chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        return self.client.post(url(rows[0], "changelist") + within, chosen, follow=True)


def url(row: Model | type[Model], page: str, *args: Any) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def change_url(row: Model) -> str:
    return url(row, "change", row.pk)


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def pages() -> list[type[Model]]:
    """Return every model that has a page."""
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def make_call(tenant: Tenant, *, number: int, now: datetime, **fields: Any) -> Call:
    branch = factories.branch_of(tenant)
    with scope.tenant(tenant):
        phone_number = PhoneNumber.objects.order_by("pk")[0]
        call = Call.objects.create(
            **{
                "id": number,
                "tenant": tenant,
                "branch": branch,
                "phone_number": phone_number,
                "external_id": f"call_{tenant.slug}_{number}",
                "from_number": "+491713920042",
                "to_number": phone_number.number,
                "status": Call.Status.ENDED,
                "started_at": now,
                "ended_at": now + timedelta(seconds=95),
                "duration_seconds": 95,
                "turns": TURNS,
                "outcome": Call.Outcome.BOOKED,
                **fields,
            }
        )
        ToolCall.objects.create(
            tenant=tenant,
            call=call,
            name="check_availability",
            arguments={"service": "Haarschnitt", "date": "Dienstag"},
            state="available",
            answer={"say": "Am Dienstag um zehn Uhr ist frei."},
            duration_ms=41,
            at=now,
        )
    return call


def fill(tenant: Tenant, *, now: datetime, number: int) -> dict[str, Model]:
    """Make at least one row of every kind that has a page, and return one of each by its label."""
    branch = factories.branch_of(tenant)
    jana = factories.staff_of(tenant, "Jana")
    cut = factories.service_of(tenant, "Haarschnitt")
    customer = factories.make_customer(tenant, name=f"Kundin von {tenant.name}")
    off = factories.make_time_off(
        branch,
        staff_member=jana,
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=31),
    )
    appointment = factories.make_appointment(jana, cut, customer, starts_at=now + timedelta(days=1))
    call = make_call(tenant, number=number, now=now, customer=customer)
    factories.make_api_key(tenant)
    member = factories.make_member(tenant, email=f"leitung@{tenant.slug}.example")
    with scope.tenant(tenant):
        Appointment.objects.filter(pk=appointment.pk).update(call_number=call.pk)
        AppointmentChange.objects.create(
            tenant=tenant,
            appointment=appointment,
            kind=AppointmentChange.Kind.BOOKED,
            actor="call:1",
            source="phone",
            at=now,
        )
        waiting = CallbackRequest.objects.create(
            tenant=tenant, branch=branch, call=call, name=f"Rückruf {tenant.name}", due_at=now
        )
        alerts.raise_alert("trouble", tenant_id=tenant.pk, about=f"about {tenant.slug}", now=now)
        audit.record("seen", call, tenant_id=tenant.pk, by=actors.system("tests"), now=now)
        delivery = Delivery.objects.create(
            tenant=tenant,
            provider="retell",
            key=f"{tenant.slug}:1",
            kind="call_ended",
            body=f'{{"of": "{tenant.slug}"}}'.encode(),
            state=Delivery.State.DONE,
            next_attempt_at=now,
            processed_at=now,
        )
        message = Message.objects.create(
            tenant=tenant,
            key="1",
            next_attempt_at=now,
            channel=Message.Channel.EMAIL,
            topic="confirmation",
            recipient=f"kundin@{tenant.slug}.example",
            body="Ihr Termin",
        )
        command = Command.objects.create(
            tenant=tenant,
            key="1",
            next_attempt_at=now,
            provider="retell",
            operation=f"forget_{number}",
        )
        credential = Credential(tenant=tenant, provider=Credential.Provider.CALCOM)
        credential.secret = f"cal_live_{number}"
        credential.save()
        usage = UsageRecord.objects.create(
            tenant=tenant, kind="call", source_id=call.pk, unit_price_cents=50, used_at=now
        )
        agent = Agent.objects.create(
            tenant=tenant, branch=branch, template=Agent.Template.SALON, live_number=1
        )
        version = AgentVersion.objects.create(
            tenant=tenant,
            agent=agent,
            number=1,
            greeting=f"Guten Tag, {tenant.name}",
            prompt="Du bist die Assistentin.",
            content_hash="0",
            tools_version="0123456789abcdef",
        )
        desk = Desk.objects.create(tenant=tenant, branch=branch)
        rule = CallerRule.objects.create(tenant=tenant, number="+4930*")
        entry = KnowledgeEntry.objects.create(
            tenant=tenant, question="Gibt es Parkplätze?", answer=f"Parken bei {tenant.name}"
        )
        errand = Errand.objects.create(
            tenant=tenant, call=call, kind="other", name=f"Anliegen {tenant.name}", due_at=now
        )
        link = CalendarLink.objects.create(
            tenant=tenant, appointment=appointment, origin="ours", state="conflict"
        )
        rows_of_calendars: list[Model] = [
            BusyFeed.objects.create(tenant=tenant, staff_member=jana, sealed_url=b"x"),
            DiaryFeed.objects.create(tenant=tenant, staff_member=jana, token_hash=tenant.pk.bytes),
            CalendarAccount.objects.create(tenant=tenant, owner_email=f"cal@{tenant.slug}.example"),
            CalendarHost.objects.create(
                tenant=tenant, staff_member=jana, number=f"47{number}", matched_by="hand"
            ),
            CalendarEventType.objects.create(
                tenant=tenant,
                number=f"90{number}",
                title=f"Termin bei {tenant.name}",
                slug="x",
                length_minutes=30,
            ),
            CalendarReview.objects.create(
                tenant=tenant, link=link, kind="both_changed", opened_at=now
            ),
        ]
        rows: list[Model] = [
            *rows_of_calendars, tenant, branch, PhoneNumber.objects.order_by("pk")[0], member, jana, cut, customer,
            WorkingHours.objects.order_by("pk")[0], off, appointment, call, waiting, delivery,
            message, command, credential, usage, agent, version,
            desk, rule, entry, errand,
        ]  # fmt: skip
        rows += _rules_and_rooms(tenant, branch, jana, now=now)
        kinds = {"tenants.ApiKey", "tenants.Alert", "tenants.AuditEntry"}
        rows += [
            model._default_manager.order_by("pk")[0]
            for model in pages()
            if model._meta.label in kinds
        ]
    rows += factories.make_stories(tenant, appointment, now=now)
    rows.append(factories.make_visit(tenant, customer, starts_at=now + timedelta(days=4)))
    assert isinstance(off, TimeOff)
    return {row._meta.label: row for row in rows}


def _rules_and_rooms(
    tenant: Tenant, branch: Branch, person: StaffMember, *, now: datetime
) -> list[Model]:
    """Make what decides about times beside the hours, in the scope that is open."""
    yoga = Service.objects.create(tenant=tenant, name="Yoga", duration_minutes=60, seats=6)
    begin = now + timedelta(days=3)
    return [
        Resource.objects.create(tenant=tenant, branch=branch, name=f"Platz {tenant.slug}"),
        Policy.objects.create(
            tenant=tenant, kind="cancel", fee_tiers=[{"under_hours": 24, "percent": 50}]
        ),
        DiaryRules.objects.create(tenant=tenant),
        SpecialHours.objects.create(tenant=tenant, branch=branch, day=begin.date()),
        Session.objects.create(
            tenant=tenant,
            branch=branch,
            service=yoga,
            staff_member=person,
            starts_at=begin,
            ends_at=begin + timedelta(hours=1),
            capacity=6,
        ),
    ]
