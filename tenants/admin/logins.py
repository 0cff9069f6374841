"""Pages about people with a login, and who may change them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
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
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from tenants import people, scope
from tenants.back_office import (
    RoleModelAdmin,
    RowForm,
    actor,
    column,
    is_platform,
    own_tenant_id,
    role_of,
    tenant_name,
)
from tenants.models import (
    Membership,
    User,
)
from tenants.roles import Area

# Roles take the place of Django's groups.
admin.site.unregister(auth_models.Group)


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
