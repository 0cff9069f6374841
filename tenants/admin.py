"""The back office's pages about the business, its people and keys, its alerts and its audit trail."""

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import models as auth_models
from django.contrib.auth.admin import UserAdmin as LoginAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from tenants import api_keys, audit, people, scope
from tenants.back_office import (
    RoleModelAdmin,
    RowForm,
    TenantForm,
    TenantModelAdmin,
    actor,
    column,
    is_platform,
    own_tenant_id,
    role_of,
    tenant_name,
    who,
)
from tenants.models import (
    Alert,
    ApiKey,
    AuditEntry,
    Branch,
    Membership,
    PhoneNumber,
    Tenant,
    User,
)
from tenants.roles import Area

# Roles take the place of Django's groups.
admin.site.unregister(auth_models.Group)

# Proper names: the same in every language.
_STATES = [
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", "Hessen"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("SH", "Schleswig-Holstein"),
    ("TH", "Thüringen"),
]
_NOT_CHOSEN = ("", "—")
_IN_EUROPE = sorted(name for name in zoneinfo.available_timezones() if name.startswith("Europe/"))


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget()
    )


# --- The business ----------------------------------------------------------------------------------


class BusinessForm(RowForm):
    default_language = _language()


@admin.register(Tenant)
class TenantAdmin(RoleModelAdmin):
    area = Area.BUSINESS
    form = BusinessForm
    fields = ("name", "slug", "industry", "default_language", "billing_email", "is_active")
    list_display = ("name", "industry", "is_active", "created_at")
    list_filter = ("industry", "is_active")
    search_fields = ("name__istartswith", "slug__istartswith")
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        rows: QuerySet[Tenant] = super().get_queryset(request)
        return rows if is_platform(request) else rows.filter(pk=own_tenant_id())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if is_platform(request) else ("slug", "is_active")


class BranchForm(TenantForm):
    state = forms.ChoiceField(
        label=_("federal state"),
        required=False,
        choices=[_NOT_CHOSEN, *_STATES],
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Decides the holidays."),
    )
    time_zone = forms.ChoiceField(label=_("time zone"), widget=UnfoldAdminSelectWidget())
    language = _language()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [self.instance.time_zone] if self.instance.time_zone else []
        zones += [name for name in _IN_EUROPE if name not in zones]
        choices = [_NOT_CHOSEN, *((name, name) for name in zones)]
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]


@admin.register(Branch)
class BranchAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    form = BranchForm
    fieldsets = (
        (None, {"fields": ("name", "is_active")}),
        (_("Address"), {"fields": ("street", ("postcode", "city"), "state", "email")}),
        (_("Language and time"), {"fields": (("language", "time_zone"),)}),
    )
    list_display = ("name", "city", "state", "time_zone", "is_active")
    search_fields = ("name__istartswith", "city__istartswith")
    ordering = ("name", "pk")


class PhoneNumberForm(TenantForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("is_primary") and cleaned.get("branch"):
            others = PhoneNumber.objects.filter(branch=cleaned["branch"], is_primary=True)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("is_primary", _("This branch has a primary number already."))
        return cleaned


@admin.register(PhoneNumber)
class PhoneNumberAdmin(TenantModelAdmin):
    """A number decides whose call it is, so only platform staff say which number belongs to whom."""

    area = Area.BUSINESS
    is_platforms = True
    form = PhoneNumberForm
    related = ("branch",)
    fields = ("number", "branch", "kind", "is_primary", "is_active")
    list_display = ("number", "branch", "kind", "is_primary", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("number__startswith",)
    ordering = ("number",)


# --- People ------------------------------------------------------------------------------------------


def _by_role(request: HttpRequest) -> str | None:
    """Return the role for `people`, where None is platform staff."""
    return None if is_platform(request) else role_of(request) or ""


def _roles_to_give(request: HttpRequest) -> list[tuple[str, Any]]:
    by_role = _by_role(request)
    may_appoint_owners = by_role is None or by_role == Membership.Role.OWNER
    return [
        (role, label)
        for role, label in Membership.Role.choices
        if may_appoint_owners or role != Membership.Role.OWNER
    ]


def _role_field(*, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("role"), required=required, widget=UnfoldAdminSelectWidget())


def _new_password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class NewUserForm(RowForm, BaseUserCreationForm):  # type: ignore[type-arg]
    """Somebody new, with a password that they change themselves later."""

    role = _role_field(required=True)
    password1 = _new_password(_("password"))
    password2 = _new_password(_("password, once more"))

    class Meta:
        model = User
        fields = ("email", "name")
        widgets: ClassVar[dict[str, Any]] = {"email": UnfoldAdminEmailInputWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody becomes an owner because somebody forgot to choose.
        choices = [("", _("Select value")), *_roles_to_give(self.request)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("This e-mail address cannot be used."))
        return email


class UserForm(RowForm):
    """What a business may change about its people; the role is the business's own."""

    role = _role_field(required=False)

    class Meta:
        model = User
        fields = ("name", "is_active", "is_staff", "is_superuser")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = None if is_platform(self.request) else _membership_of(self.instance)
        if self.membership is None:
            self.fields.pop("role", None)
        elif "role" in self.fields:
            self.fields["role"].choices = _roles_to_give(self.request)  # type: ignore[attr-defined]
            self.fields["role"].required = True
            self.initial["role"] = self.membership.role

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and self.instance.pk == self.request.user.pk:
            raise ValidationError(_("Nobody locks themselves out."))
        return is_active


def _membership_of(user: User) -> Membership | None:
    return Membership.objects.filter(user=user).first()


@admin.register(User)
class UserAdmin(RoleModelAdmin, LoginAdmin):  # type: ignore[misc, type-arg]
    """People with a login. A business sees its own, and changes logins that are nobody else's."""

    area = Area.ACCESS
    needs_a_tenant = True
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "roles", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("email__istartswith", "name__istartswith")
    ordering = ("email",)
    filter_horizontal = ()
    actions = ("let_go",)
    readonly_fields = ("email", "roles", "last_login", "password_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        memberships = Membership.objects.order_by("pk")
        if is_platform(request):
            memberships = memberships.select_related("tenant")
        else:
            rows = rows.filter(memberships__tenant=own_tenant_id())
        return rows.prefetch_related(Prefetch("memberships", queryset=memberships))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            asked = ("email", "name", "role", "password1", "password2")
            return [(tenant_name(request), {"fields": asked})]
        if is_platform(request):
            rights = ("is_active", "is_staff", "is_superuser", "roles")
            return [
                (None, {"fields": ("email", "name", "last_login", "password_link")}),
                (_("Rights"), {"fields": rights}),
            ]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ("email", "name", "roles", "is_active", "last_login")})]
        fields = ("email", "name", "role", "is_active", "last_login", "password_link")
        return [(None, {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else self.readonly_fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        # "role" is a field of the forms and not of the table.
        if obj is None:
            kwargs["fields"] = NewUserForm.Meta.fields
        else:
            own = UserForm.Meta.fields if is_platform(request) else ("name", "is_active")
            kwargs["fields"] = own if self.has_change_permission(request, obj) else ()
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or is_platform(request):
            return True
        return people.may_change_login(obj, tenant_id=own_tenant_id(), by_role=_by_role(request))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)
        role = form.cleaned_data.get("role")
        if not change:
            self._let_in(request, obj, role)
        elif form.membership is not None and role:
            people.give_role(
                form.membership,
                role=role,
                by=actor(request),
                by_role=_by_role(request),
                now=timezone.now(),
            )

    def _let_in(self, request: HttpRequest, user: User, role: str) -> None:
        people.let_in(
            user,
            tenant_id=own_tenant_id(),
            role=role,
            by=actor(request),
            by_role=_by_role(request),
            now=timezone.now(),
        )

    @admin.action(description=_("Take the role in the business away"), permissions=["act"])
    def let_go(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for membership in Membership.objects.filter(user__in=list(users)).order_by("pk"):
            people.let_go(
                membership, by=actor(request), by_role=_by_role(request), now=timezone.now()
            )
            self.message_user(request, _("%(user)s is out.") % {"user": membership.user})

    @column(_("role"))
    def roles(self, user: User) -> str:
        shows_tenant = scope.current().tenant_id is None
        return ", ".join(
            f"{each.tenant}: {each.get_role_display()}"
            if shows_tenant
            else str(each.get_role_display())
            for each in user.memberships.all()
        )

    @column(_("password"))
    def password_link(self, user: User) -> str:
        return format_html('<a class="text-link" href="../password/">{}</a>', _("Set a new one"))


class ApiKeyForm(TenantForm):
    scopes = forms.MultipleChoiceField(
        label=_("may"),
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(TenantModelAdmin):
    area = Area.ACCESS
    form = ApiKeyForm
    verbs_write_the_audit_trail = True
    list_display = ("name", "prefix", "may_do", "state", "last_used_at", "expires_at")
    ordering = ("-pk",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", "scopes", "expires_at")
        return ("name", "prefix", "may_do", "expires_at", "last_used_at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        tenant = Tenant.objects.get(pk=obj.tenant_id)
        key, secret = api_keys.issue(
            tenant, name=obj.name, scopes=obj.scopes, by=actor(request), now=timezone.now()
        )
        if obj.expires_at is not None:
            key.expires_at = obj.expires_at
            key.save(update_fields=["expires_at", "updated_at"])
        obj.pk, obj.prefix = key.pk, key.prefix
        text = _("This is the key. It is shown now and never again: %(secret)s")
        self.message_user(request, text % {"secret": secret}, messages.WARNING)

    @admin.action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        now = timezone.now()
        for key in keys.filter(revoked_at__isnull=True):
            key.revoke(now=now)
            audit.record("revoked", key, tenant_id=key.tenant_id, by=actor(request), now=now)
            self.message_user(request, _("%(key)s is revoked.") % {"key": key})

    @column(_("may"))
    def may_do(self, key: ApiKey) -> str:
        return ", ".join(str(ApiKey.Scope(each).label) for each in key.scopes)

    @column(
        _("state"),
        label={"active": "success", "expired": "warning", "revoked": "danger"},
    )
    def state(self, key: ApiKey) -> tuple[str, Any]:
        if key.revoked_at is not None:
            return "revoked", _("revoked")
        if key.expires_at is not None and key.expires_at <= timezone.now():
            return "expired", _("expired")
        return "active", _("active")


# --- What a person should look at ---------------------------------------------------------------------


class OpenFirst(admin.SimpleListFilter):
    """Shows what is open, unless somebody asks for the rest."""

    title = _("state")
    parameter_name = "state"
    column = "resolved_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("done", _("dealt with")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(**{f"{self.column}__isnull": self.value() != "done"})

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("open")}
        yield from rest


@admin.register(Alert)
class AlertAdmin(TenantModelAdmin):
    area = Area.TRAFFIC
    is_record = True
    fields = ("code", "about", "facts", "count", "created_at", "last_at", "resolved_at")
    list_display = ("last_at", "code", "about", "count", "resolved_at")
    list_filter = (OpenFirst,)
    search_fields = ("code__istartswith", "about__startswith")
    ordering = ("-last_at", "-pk")
    actions = ("resolve",)

    @admin.action(description=_("Dealt with"), permissions=["act"])
    def resolve(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        now = timezone.now()
        for alert in alerts.filter(resolved_at__isnull=True):
            alert.resolved_at = now
            alert.save(update_fields=["resolved_at", "updated_at"])
            if alert.tenant_id is not None:
                audit.record(
                    "resolved", alert, tenant_id=alert.tenant_id, by=actor(request), now=now
                )


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantModelAdmin):
    area = Area.ACCESS
    is_record = True
    fields = ("at", "by", "verb", "object_type", "object_id", "facts")
    readonly_fields = ("by",)
    list_display = ("at", "by", "verb", "object_type", "object_id")
    search_fields = ("object_id__exact", "actor__exact")
    search_help_text = _("Number of the object, or the actor (user:7)")
    ordering = ("-pk",)

    @column(_("actor"))
    def by(self, entry: AuditEntry) -> str:
        return who(entry.actor)
