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
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget

from integrations import credentials, inbox, outbox
from integrations.models import Command, Credential, Delivery, Message
from integrations.models.outbox import Outgoing
from tenants import actors, scope
from tenants.actors import Actor
from tenants.errors import Invalid, Refused

_LONGEST_SHOWN = 200_000


class _Shown(ModelAdmin):  # type: ignore[misc]
    """Rows that the house writes: nobody adds, edits or deletes them by hand."""

    show_full_result_count = False
    list_per_page = 50
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        """Who could change the row by hand in another house may ask for a repetition here."""
        return bool(super().has_change_permission(request))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        columns: tuple[str, ...] = tuple(super().get_list_display(request))
        return (*columns, "tenant") if _sees_all() else columns

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("tenant")


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
        return super().get_queryset(request).defer("body")

    @admin.display(description=_("body"))
    def readable_body(self, delivery: Delivery) -> str:
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', _readable(delivery))

    @admin.action(description=_("Apply again"), permissions=["repeat"])
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

    @admin.action(description=_("Try the failed ones again"), permissions=["repeat"])
    def repeat(self, request: HttpRequest, rows: QuerySet[Outgoing]) -> None:
        count = outbox.repeat(_locked(rows), by=_actor(request), now=timezone.now())
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


class CredentialForm(forms.ModelForm):  # type: ignore[type-arg]
    """The key goes in and never comes out."""

    secret = forms.CharField(
        label=_("key"),
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_(
            "Stored encrypted and never shown again. A new key takes the place of the old one."
        ),
    )

    class Meta:
        model = Credential
        fields = ("tenant", "provider")

    def clean_secret(self) -> str:
        try:
            return credentials.cleaned(self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(str(refusal.errors["secret"])) from refusal


@admin.register(Credential)
class CredentialAdmin(ModelAdmin):  # type: ignore[misc]
    form = CredentialForm
    list_display = ("provider", "is_active", "last_ok_at", "last_error", "tenant")
    actions = ("test_key",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        whose = ("tenant",) if _sees_all() else ()
        seen = () if obj is None else ("is_active", "last_ok_at", "last_error")
        return (*whose, "provider", "secret", *seen)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        fixed = () if obj is None else ("tenant", "provider")
        return (*fixed, "is_active", "last_ok_at", "last_error")

    def save_model(
        self, request: HttpRequest, obj: Credential, form: CredentialForm, change: bool
    ) -> None:
        stored = credentials.store(
            obj.tenant_id if _sees_all() or change else _own_tenant_id(),
            provider=obj.provider,
            secret=form.cleaned_data["secret"],
            by=_actor(request),
            now=timezone.now(),
        )
        obj.pk = stored.pk

    def delete_model(self, request: HttpRequest, obj: Credential) -> None:
        credentials.remove(obj, by=_actor(request), now=timezone.now())

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


def _sees_all() -> bool:
    return scope.current().tenant_id is None


def _own_tenant_id() -> Any:
    return scope.current().tenant_id


def _actor(request: HttpRequest) -> Actor:
    return actors.user(int(str(request.user.pk)))  # the back office has no anonymous visitors


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
