"""Who is at the back office, and what they may."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants import actors, roles, scope
from tenants.actors import Actor
from tenants.errors import Invalid, Refused
from tenants.models import Membership, Tenant
from tenants.roles import Area, Deed

_ACTORS = {"user": _("User"), "api_key": _("API key"), "call": _("Call"), "system": _("System")}


def is_platform(request: HttpRequest) -> bool:
    """Tell whether this is somebody who looks after all businesses."""
    return bool(request.user.is_active and request.user.is_superuser)


def role_of(request: HttpRequest) -> str | None:
    """Return the role in the business whose scope is open; asked once per request."""
    if not hasattr(request, "_askpro_role"):
        request._askpro_role = _look_up_role(request)  # type: ignore[attr-defined]
    role: str | None = request._askpro_role  # type: ignore[attr-defined]
    return role


def may(request: HttpRequest, deed: Deed, area: Area) -> bool:
    """Tell whether the person may do this there."""
    return is_platform(request) or roles.allows(role_of(request), deed, area)


def actor(request: HttpRequest) -> Actor:
    """Return the person as the one to whom changes are written down."""
    return actors.user(int(str(request.user.pk)))


def own_tenant_id() -> UUID:
    """Return the business whose scope is open; members are always inside theirs."""
    tenant_id = scope.current().tenant_id
    assert tenant_id is not None, "this page belongs to one business"
    return tenant_id


def tenant_name(request: HttpRequest) -> str:
    """Return whose page this is, for platform staff, who could mistake it; members know."""
    tenant_id = scope.current().tenant_id
    if tenant_id is None or not is_platform(request):
        return ""
    return Tenant.objects.filter(pk=tenant_id).values_list("name", flat=True).get()


def who(actor: str) -> str:
    """Return an actor, as the audit trail keeps it, in words."""
    kind, _colon, ref = actor.partition(":")
    name = _ACTORS.get(kind)
    return f"{name} {ref}" if name else ref or actor


def sentence_of(refusal: Refused) -> str:
    """Return a refusal as a message for people."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return " ".join(str(sentence) for sentence in refusal.errors.values())
    return str(refusal)


def _look_up_role(request: HttpRequest) -> str | None:
    if not request.user.is_authenticated or not scope.is_open():
        return None
    return Membership.objects.filter(user_id=request.user.pk).values_list("role", flat=True).first()
