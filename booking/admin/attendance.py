"""Verbs on the page of an appointment: the customer is there, is not, was served, did not come, is forgiven."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import attendance
from booking.admin import diary_forms
from booking.models import Appointment
from tenants.back_office import actor, button, sentence_of
from tenants.errors import Refused

_SOURCE = Appointment.Source.BACK_OFFICE
_Status = Appointment.Status
# Which buttons a state has, by their addresses.
BUTTONS: dict[str, frozenset[str]] = {
    _Status.HELD: frozenset({"move", "cancel"}),
    _Status.PENDING: frozenset({"move", "cancel"}),
    _Status.CONFIRMED: frozenset({"move", "cancel", "check-in", "no-show"}),
    _Status.CHECKED_IN: frozenset({"complete", "undo-check-in"}),
    _Status.NO_SHOW: frozenset({"check-in", "waive"}),
}


class AttendanceVerbs:
    """Mixed into the page of appointments, which opens rows and answers with forms."""

    _opened: Any
    _answer: Any
    message_user: Any
    url_of: Any

    @button(_("Arrived"), path="check-in", icon="how_to_reg")
    def check_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do(
            request, object_id, attendance.check_in, _("Arrived"), _("The arrival is noted.")
        )

    @button(_("Not there after all"), path="undo-check-in", icon="undo")
    def undo_check_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do(
            request,
            object_id,
            attendance.undo_check_in,
            _("Not there after all"),
            _("The arrival is undone."),
        )

    @button(_("Completed"), path="complete", icon="task_alt")
    def complete(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do(
            request,
            object_id,
            attendance.complete,
            _("Completed"),
            _("The appointment took place."),
        )

    @button(_("Did not come"), path="no-show", icon="person_off")
    def no_show(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do(
            request, object_id, attendance.mark_no_show, _("Did not come"), _("Marked as missed.")
        )

    @button(_("Forgive"), path="waive", icon="volunteer_activism")
    def waive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        with self._opened(request, object_id) as appointment:
            answer: HttpResponse = self._answer(
                request,
                diary_forms.GivenReasonForm(request.POST or None),
                title=_("Forgive the missed appointment"),
                submit=_("Forgive"),
                do=lambda form: self._waive(request, appointment, form),
                appointment=appointment,
            )
            return answer

    def _waive(self, request: HttpRequest, appointment: Appointment, form: Any) -> Appointment:
        attendance.waive(
            appointment,
            reason=form.cleaned_data["reason"],
            by=actor(request),
            source=_SOURCE,
            now=timezone.now(),
        )
        self.message_user(request, _("The missed appointment is forgiven."), messages.SUCCESS)
        return appointment

    def _do(
        self, request: HttpRequest, object_id: str, verb: Callable[..., None], title: Any, done: Any
    ) -> HttpResponse:
        """Ask, because a click on a link must change nothing; then do it and go back to the page."""
        with self._opened(request, object_id) as appointment:
            if request.method != "POST":
                answer: HttpResponse = self._answer(
                    request,
                    diary_forms.PlainForm(),
                    title=title,
                    submit=_("Yes"),
                    do=None,
                    appointment=appointment,
                )
                return answer
            try:
                verb(appointment, by=actor(request), source=_SOURCE, now=timezone.now())
            except Refused as refusal:
                self.message_user(request, sentence_of(refusal), messages.ERROR)
            else:
                self.message_user(request, done, messages.SUCCESS)
            return redirect(self.url_of("change", appointment.pk))
