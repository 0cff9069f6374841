"""Forms whose rows belong to one business."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tenants import scope


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that can say why the verb behind it refused."""

    # Set for one request, when a verb or the database refused what the form let through.
    refusal: ClassVar[str | None] = None
    request: ClassVar[HttpRequest]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capitalise(self)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            raise ValidationError(self.refusal)
        return cleaned


class TenantForm(RowForm):
    """A form for a row of the business whose scope is open. The business itself is never a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.tenant_id is None:
            self.instance.tenant_id = scope.current().tenant_id

    def _get_validation_exclusions(self) -> set[str]:
        # What must be unique within the business is checked, although the business is no field.
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"tenant"}

    def _update_errors(self, errors: ValidationError) -> None:
        by_field = getattr(errors, "error_dict", {})
        for error in by_field.get(NON_FIELD_ERRORS, []):
            _speak_of_the_fields_only(error)
        super()._update_errors(errors)  # type: ignore[misc]


def capitalise(form: forms.BaseForm) -> None:
    """Begin the labels of a form as Django begins those of a table's columns."""
    for field in form.fields.values():
        if field.label:
            field.label = capfirst(str(field.label))


def _speak_of_the_fields_only(error: ValidationError) -> None:
    facts: dict[str, Any] = error.params or {}
    checked: Sequence[str] = facts.get("unique_check", ())
    if "tenant" not in checked:
        return
    model = facts["model_class"]
    labels = [str(model._meta.get_field(name).verbose_name) for name in checked if name != "tenant"]
    error.message = _("There is already an entry with this: %(labels)s.")
    facts["labels"] = ", ".join(labels)
