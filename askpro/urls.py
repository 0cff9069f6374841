"""Every address of the house. `tests/api/test_routes.py` keeps the list of them with what each one needs."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from askpro.api import documentation
from askpro.operations import health
from booking.api import diary_feed
from calls.api import callbacks, calls

urlpatterns = [
    path("api/retell/", include("calls.urls")),  # first: a caller is waiting
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("health", health.show),
    path("api/health", health.show),
    path("api/schema/", documentation.Document.as_view(), name="schema"),
    path("api/docs/", documentation.Page.as_view(), name="docs"),
    path("api/calls", calls.Calls.as_view()),
    path("api/calls/<int:call_id>", calls.CallDetail.as_view()),
    path("api/callbacks", callbacks.Callbacks.as_view()),
    path("api/callbacks/<int:callback_id>", callbacks.CallbackDetail.as_view()),
    path("api/callbacks/<int:callback_id>/assignment", callbacks.CallbackAssignment.as_view()),
    path("api/callbacks/<int:callback_id>/contacts", callbacks.CallbackContact.as_view()),
    path("api/callbacks/<int:callback_id>/completion", callbacks.CallbackCompletion.as_view()),
    path("api/customers/<int:customer_id>", calls.CustomerDetail.as_view()),
    path("diary-feeds/<uuid:tenant_id>/<str:token>.ics", diary_feed.diary),
    path("api/", include("booking.urls")),
    path("api/", include("integrations.urls")),
]

handler400 = "askpro.errors.bad_request"
handler403 = "askpro.errors.forbidden"
handler404 = "askpro.errors.not_found"
handler500 = "askpro.errors.failed"
