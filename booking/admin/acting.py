"""Pages that ask before a verb is carried out: a form, the deed, and the refusal beside the form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking.admin.diary_forms import PlainForm
from booking.admin.local_time import LocalTimeAdmin
from tenants.back_office import sentence_of, tenant_name
from tenants.errors import Refused


class ActingAdmin(LocalTimeAdmin):
    """A page about rows that change by verbs only."""

    def opened(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row of a page that is open already.

        :raises Http404: there is none
        """
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def ask(
        self,
        request: HttpRequest,
        form: PlainForm,
        *,
        title: Any,
        back: str,
        do: Callable[[dict[str, Any]], tuple[int, str]],
    ) -> HttpResponse:
        """Show the form, or do what it says and go on; `do` returns the row to go on with and what to say."""
        if request.method == "POST" and form.is_valid():
            try:
                number, text = do(form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, " ".join([sentence_of(refusal), *_details(refusal)]))
            else:
                self.message_user(request, text, messages.SUCCESS)
                return redirect(self.url_of("change", number))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": title,
            "submit": title,
            "form": form,
            "rows": form.rows(),
            "tenant_name": tenant_name(request),
            "back": back,
        }
        return render(request, "admin/booking/appointment/act.html", context)


def typed(request: HttpRequest) -> Any:
    """Return what was posted, None where nothing was."""
    return request.POST if request.method == "POST" else None


def _details(refusal: Refused) -> list[str]:
    """Return which dates were in the way."""
    errors = getattr(refusal, "errors", {})
    return [f"{name.removeprefix('dates.')}: {text}" for name, text in errors.items()]
