"""Pages that tell the time of the branch they are about, wherever the reader sits."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.back_office import TenantModelAdmin
from tenants.models import Branch


class LocalTimeAdmin(TenantModelAdmin):
    """A page that shows and reads the time of the branch it is about."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        with self.narrowed(request, object_id), self._local_time(request, object_id):
            return super().changeform_view(request, object_id, form_url, extra_context)

    @contextmanager
    def _local_time(self, request: HttpRequest, object_id: str | None) -> Iterator[None]:
        zone = self._zone(request, object_id)
        with timezone.override(zone or timezone.get_current_timezone()):
            yield

    def _zone(self, request: HttpRequest, object_id: str | None) -> zoneinfo.ZoneInfo | None:
        if object_id is None:
            typed = request.POST.get("branch", "")
            branch = Branch.objects.filter(pk=typed).first() if typed.isdecimal() else None
        else:
            row = self.get_object(request, object_id)
            branch = row if isinstance(row, Branch) else getattr(row, "branch", None)
        return None if branch is None else branch.zone
