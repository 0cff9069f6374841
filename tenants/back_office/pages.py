"""Pages: permissions by role, one business at a time, refusals as sentences, changes in the audit trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from tenants import audit, directory, scope
from tenants.back_office import forms, lists, standing
from tenants.errors import Refused
from tenants.models import Tenant, User
from tenants.roles import Area, Deed

_MOST_OFFERED = 50
_UNIQUE = (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation)


class _ByRole:
    """Permissions from the one table of roles instead of Django's groups."""

    area: ClassVar[Area]
    # Written by the house itself: shown, never edited by hand.
    is_record: ClassVar[bool] = False
    # Only platform staff may change it, whatever the role.
    is_platforms: ClassVar[bool] = False
    may_be_deleted: ClassVar[bool] = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return standing.may(request, Deed.SEE, self.area)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return standing.may(request, Deed.SEE, self.area)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.is_record and self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.is_record and self.has_act_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_be_deleted and self.has_change_permission(request, obj)

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether verbs may be called upon rows, even where nobody edits them."""
        if self.is_platforms and not standing.is_platform(request):
            return False
        return standing.may(request, Deed.CHANGE, self.area)


class RoleModelAdmin(_ByRole, ModelAdmin):  # type: ignore[misc]
    """A page whose permissions follow the roles, and whose changes stand in the audit trail."""

    form = forms.RowForm
    show_full_result_count = False
    list_disable_select_all = True
    list_filter_submit = True
    paginator = lists.BoundedPaginator
    list_per_page = 50
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
    }
    # Verbs that write the audit trail themselves need no second entry.
    verbs_write_the_audit_trail: ClassVar[bool] = False
    # A new row is made inside one business; platform staff are asked which.
    needs_a_tenant: ClassVar[bool] = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return lists.BoundedList

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        form: type[Any] = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        form.refusal = getattr(request, "_askpro_refusal", None)
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_links(super().formfield_for_foreignkey(db_field, request, **kwargs))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        with self.narrowed(request, object_id):
            if self.needs_a_tenant and object_id is None and scope.current().tenant_id is None:
                return self._ask_for_the_tenant(request)
            page = super().changeform_view
            try:
                return _rendered(page(request, object_id, form_url, extra_context))
            except (Refused, IntegrityError) as refusal:
                # The page is shown once more, with what was typed and the sentence that explains.
                request._askpro_refusal = _sentence_or_raise(refusal)  # type: ignore[attr-defined]
                return _rendered(page(request, object_id, form_url, extra_context))

    @contextmanager
    def narrowed(self, request: HttpRequest, object_id: str | None) -> Iterator[None]:
        """See only the business of this row, or the one that platform staff chose for a new row."""
        tenant_id = None
        if standing.is_platform(request):
            tenant_id = (
                _chosen_tenant(request)
                if object_id is None
                else getattr(self.get_object(request, unquote(object_id)), "tenant_id", None)
            )
        if tenant_id is None:
            yield
        else:
            with scope.tenant(tenant_id):
                yield

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            self.message_user(request, standing.sentence_of(refusal), messages.ERROR)
            return redirect(self.url_of("change", unquote(object_id)))
        return response

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        try:
            with transaction.atomic():
                response: HttpResponse | None = super().response_action(request, queryset)
        except Refused as refusal:
            self.message_user(request, standing.sentence_of(refusal), messages.ERROR)
            return redirect(request.get_full_path())
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write only what was changed: somebody else may have changed the rest meanwhile."""
        if not change:
            obj.save()
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in columns]
        if changed:
            obj.save(update_fields=[*changed, *({"updated_at"} & columns)])

    def url_of(self, page: str, *args: Any) -> str:
        """Return the address of one of this model's pages."""
        options = self.model._meta
        return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)

    # --- The audit trail takes the place of Django's own log, which knows no businesses ---------

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, Any]:
        """Return which fields and rows were changed; what was in them stays out of the trail."""
        facts: dict[str, Any] = {"fields": list(form.changed_data)}
        for formset in formsets or ():
            rows = len(formset.new_objects + formset.changed_objects + formset.deleted_objects)
            if rows:
                facts[formset.model._meta.model_name] = rows
        return facts

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        self._write_down(request, "added", obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        if any(message.values()):
            self._write_down(request, "changed", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._write_down(request, "deleted", obj, {})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        trail = reverse("admin:tenants_auditentry_changelist")
        label = self.model._meta.label_lower
        return redirect(f"{trail}?object_type={label}&object_id={unquote(object_id)}")

    def _ask_for_the_tenant(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        text = request.GET.get("q", "").strip()
        found = Tenant.objects.filter(is_active=True, name__icontains=text).order_by("name", "pk")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("For which business?"),
            "tenants": found[:_MOST_OFFERED],
            "text": text,
        }
        return render(request, "admin/choose_tenant.html", context)

    def _write_down(
        self, request: HttpRequest, verb: str, obj: Model, facts: dict[str, Any]
    ) -> None:
        tenant_id = _tenant_of(obj)
        if self.verbs_write_the_audit_trail or tenant_id is None:
            return
        audit.record(
            verb, obj, tenant_id=tenant_id, by=standing.actor(request), now=timezone.now(), **facts
        )


class TenantModelAdmin(RoleModelAdmin):
    """A page about rows of a business."""

    form = forms.TenantForm
    needs_a_tenant = True
    # Columns that show a row of another table, to be read in the same query.
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        related = (*self.related, "tenant") if standing.is_platform(request) else self.related
        return rows.select_related(*related) if related else rows

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        columns = tuple(super().get_list_display(request))
        return (*columns, "tenant") if standing.is_platform(request) else columns

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return the filters; those by rows of a business are of no use to who sees all of them."""
        filters = tuple(super().get_list_filter(request))
        if not standing.is_platform(request):
            return filters
        kept = (each for each in filters if not self._is_by_row(each))
        return (("tenant", AutocompleteSelectFilter), *kept)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not standing.is_platform(request):
            return fieldsets
        return [(None, {"fields": ["tenant"]}), *fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "tenant") if standing.is_platform(request) else fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # A field of a form that platform staff fill in offers the rows of one business only.
        is_choice = request.path.endswith(("/autocomplete/", "/choices/"))
        chosen = _chosen_tenant(request) if is_choice else None
        if chosen is not None:
            queryset = queryset.filter(tenant_id=chosen)
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def _is_by_row(self, list_filter: Any) -> bool:
        name = list_filter[0] if isinstance(list_filter, tuple) else list_filter
        if not isinstance(name, str):
            return False
        field: Any = self.model._meta.get_field(name.split("__")[0])
        return bool(field.is_relation)


class TenantInline(_ByRole, TabularInline):  # type: ignore[misc]
    """Rows of a business inside the page of another one."""

    form = forms.TenantForm
    extra = 0
    hide_title = True
    may_be_deleted = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_links(super().formfield_for_dbfield(db_field, request, **kwargs))


# --- Small things ------------------------------------------------------------------------------------


def _without_links(formfield: Any) -> Any:
    """Take the "add another" links off a choice: they would leave the page's business."""
    widget = getattr(formfield, "widget", None)
    for link in ("add", "change", "delete", "view"):
        if hasattr(widget, f"can_{link}_related"):
            setattr(widget, f"can_{link}_related", False)
    return formfield


def _rendered(response: HttpResponse) -> HttpResponse:
    """Fill the template now, while the scope of the page is open."""
    if hasattr(response, "render"):
        response.render()
    return response


def _sentence_or_raise(refusal: Refused | IntegrityError) -> str:
    if isinstance(refusal, Refused):
        return standing.sentence_of(refusal)
    if isinstance(refusal.__cause__, _UNIQUE):
        return str(_("This is already in use."))
    raise refusal


def _chosen_tenant(request: HttpRequest) -> UUID | None:
    try:
        wanted = UUID(request.GET.get("tenant", ""))
    except ValueError:
        return None
    return Tenant.objects.filter(pk=wanted).values_list("pk", flat=True).first()


def _tenant_of(obj: Any) -> UUID | None:
    if isinstance(obj, Tenant):
        return obj.pk
    if isinstance(obj, User):
        return scope.current().tenant_id or directory.tenant_of_user(obj.pk)
    tenant_id: UUID | None = getattr(obj, "tenant_id", None)
    return tenant_id
