"""The back office's view of what came in, what goes out, and with which keys. State is shown, actions ask verbs."""

import json
from typing import Any

import orjson
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminPasswordWidget

from integrations import credentials, inbox, outbox
from integrations.models import Command, Credential, Delivery, Message
from integrations.models.outbox import Outgoing
from tenants.back_office import TenantForm, TenantModelAdmin, actor, is_platform
from tenants.errors import Invalid, Refused
from tenants.roles import Area

_LONGEST_SHOWN = 200_000


class _Shown(TenantModelAdmin):
    """Rows that the house writes: nobody adds, edits or deletes them by hand."""

    area = Area.TRAFFIC
    is_record = True
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Each of the two has its index.
        return ("-id",) if is_platform(request) else ("-created_at", "-id")


@admin.register(Delivery)
class DeliveryAdmin(_Shown):
    list_display = ("id", "provider", "kind", "state", "attempts", "created_at", "error")
    list_filter = ("state",)
    search_fields = ("=key", "=subject__external_id")
    search_help_text = _("Key, or the provider's number of the call")
    fields = (
        "provider",
        "kind",
        "key",
        "state",
        "attempts",
        "next_attempt_at",
        "created_at",
        "processed_at",
        "error",
        "readable_body",
    )
    readonly_fields = ("readable_body",)
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.defer("body")

    @admin.display(description=_("body"))
    def readable_body(self, delivery: Delivery) -> str:
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', _readable(delivery))

    @admin.action(description=_("Apply again"), permissions=["act"])
    def replay(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        chosen = deliveries.exclude(state=Delivery.State.NEW).exclude(body=b"")
        count = inbox.replay(_locked(chosen), now=timezone.now())
        self.message_user(
            request,
            ngettext(
                "%(count)d delivery will be applied again.",
                "%(count)d deliveries will be applied again.",
                count,
            )
            % {"count": count},
        )


class _OutgoingAdmin(_Shown):
    actions = ("repeat",)

    @admin.action(description=_("Try the failed ones again"), permissions=["act"])
    def repeat(self, request: HttpRequest, rows: QuerySet[Outgoing]) -> None:
        count = outbox.repeat(_locked(rows), by=actor(request), now=timezone.now())
        self.message_user(
            request,
            ngettext(
                "%(count)d failed one will be tried again.",
                "%(count)d failed ones will be tried again.",
                count,
            )
            % {"count": count},
            messages.SUCCESS if count else messages.WARNING,
        )


_PROGRESS = (
    "key",
    "state",
    "attempts",
    "next_attempt_at",
    "created_at",
    "sent_at",
    "provider_ref",
    "error_kind",
    "error",
)


@admin.register(Message)
class MessageAdmin(_OutgoingAdmin):
    list_display = ("id", "topic", "channel", "recipient", "state", "attempts", "created_at")
    list_filter = ("state", "channel")
    search_fields = ("=recipient", "=key", "=provider_ref")
    search_help_text = _("Recipient, key, or the provider's number")
    fields = ("topic", "channel", "recipient", "subject", "body", "files", *_PROGRESS)
    readonly_fields = ("files",)

    @admin.display(description=_("attachments"))
    def files(self, message: Message) -> str:
        return ", ".join(each["name"] for each in message.attachments) or "–"


@admin.register(Command)
class CommandAdmin(_OutgoingAdmin):
    list_display = ("id", "provider", "operation", "state", "attempts", "created_at", "error")
    list_filter = ("state",)
    search_fields = ("=key", "=provider_ref")
    fields = ("provider", "operation", "arguments", *_PROGRESS)


class CredentialForm(TenantForm):
    """The key goes in and never comes out."""

    secret = forms.CharField(
        label=_("key"),
        max_length=500,
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password"}, render_value=False
        ),
        help_text=_(
            "Stored encrypted and never shown again. A new key takes the place of the old one."
        ),
    )

    class Meta:
        model = Credential
        fields = ("provider",)

    def clean_secret(self) -> str:
        try:
            return credentials.cleaned(self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(str(refusal.errors["secret"])) from refusal


@admin.register(Credential)
class CredentialAdmin(TenantModelAdmin):
    area = Area.ACCESS
    may_be_deleted = True
    verbs_write_the_audit_trail = True
    form = CredentialForm
    list_display = ("provider", "is_active", "last_ok_at", "last_error")
    actions = ("test_key",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        seen = () if obj is None else ("is_active", "last_ok_at", "last_error")
        return ("provider", "secret", *seen)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        fixed = () if obj is None else ("provider",)
        shown = (*fixed, "is_active", "last_ok_at", "last_error")
        return (*shown, "tenant") if is_platform(request) else shown

    def save_model(
        self, request: HttpRequest, obj: Credential, form: CredentialForm, change: bool
    ) -> None:
        stored = credentials.store(
            obj.tenant_id,
            provider=obj.provider,
            secret=form.cleaned_data["secret"],
            by=actor(request),
            now=timezone.now(),
        )
        obj.pk = stored.pk

    def delete_model(self, request: HttpRequest, obj: Credential) -> None:
        credentials.remove(obj, by=actor(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        for credential in queryset:
            self.delete_model(request, credential)

    @admin.action(description=_("Test the key"), permissions=["change"])
    def test_key(self, request: HttpRequest, chosen: QuerySet[Credential]) -> None:
        for credential in chosen:
            try:
                credentials.ask_for_test(credential, now=timezone.now())
            except Refused as refusal:
                self.message_user(request, f"{credential}: {refusal}", messages.WARNING)
            else:
                text = _("%(provider)s: the key is being tested; the result will stand here.")
                self.message_user(request, text % {"provider": credential})


def _locked(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related(None).order_by("id").select_for_update(of=("self",))


def _readable(delivery: Delivery) -> str:
    body = bytes(delivery.body)
    try:
        text = json.dumps(orjson.loads(body), indent=2, ensure_ascii=False)
    except orjson.JSONDecodeError:
        text = body.decode(errors="replace")
    if len(text) > _LONGEST_SHOWN:
        return text[:_LONGEST_SHOWN] + "\n…"
    return text
