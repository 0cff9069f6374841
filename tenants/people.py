"""The people of a business: letting somebody in, giving a role, letting somebody go."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants import audit, directory
from tenants.actors import Actor
from tenants.errors import Refused
from tenants.models import Membership, User

_OWNER = Membership.Role.OWNER


class OwnersDecide(Refused):
    code = "owners_decide"
    status = 403
    sentence = _("Only an owner may appoint, change or remove an owner.")


class LastOwner(Refused):
    code = "last_owner"
    sentence = _("A business needs at least one owner.")


class NotYourself(Refused):
    code = "not_yourself"
    sentence = _("Nobody changes their own role or removes themselves.")


def let_in(
    user: User, *, tenant_id: UUID, role: str, by: Actor, by_role: str | None, now: datetime
) -> Membership:
    """Give a person a role in a business. `by_role` is None for platform staff.

    :raises OwnersDecide: somebody else wants to appoint an owner
    """
    _owners_decide(role, by_role=by_role)
    membership = Membership.objects.create(tenant_id=tenant_id, user=user, role=role)
    audit.record("let_in", membership, tenant_id=tenant_id, by=by, now=now, role=role)
    return membership


def give_role(
    membership: Membership, *, role: str, by: Actor, by_role: str | None, now: datetime
) -> None:
    """Change what a person may do.

    :raises OwnersDecide, LastOwner, NotYourself: as the names say
    """
    with transaction.atomic():
        locked = _locked(membership)
        before = locked.role
        if before == role:
            return
        _owners_decide(before, role, by_role=by_role)
        _not_oneself(locked, by=by)
        _one_owner_stays(locked)
        locked.role = role
        locked.save(update_fields=["role", "updated_at"])
        audit.record(
            "gave_role",
            locked,
            tenant_id=locked.tenant_id,
            by=by,
            now=now,
            before=before,
            role=role,
        )


def let_go(membership: Membership, *, by: Actor, by_role: str | None, now: datetime) -> None:
    """Take a person's role in the business away; the login stays.

    :raises OwnersDecide, LastOwner, NotYourself: as the names say
    """
    with transaction.atomic():
        locked = _locked(membership)
        _owners_decide(locked.role, by_role=by_role)
        _not_oneself(locked, by=by)
        _one_owner_stays(locked)
        audit.record("let_go", locked, tenant_id=locked.tenant_id, by=by, now=now, role=locked.role)
        locked.delete()


def may_change_login(user: User, *, tenant_id: UUID, by_role: str | None) -> bool:
    """Tell whether a business may change a person's login: it must be nobody else's, and no higher one."""
    if user.is_superuser or directory.tenant_of_user(user.pk) != tenant_id:
        return False
    role = Membership.objects.filter(user=user).values_list("role", flat=True).first()
    return role != _OWNER or by_role == _OWNER


def _locked(membership: Membership) -> Membership:
    """Wait for everybody who changes the people of this business, so that the last owner stays the last."""
    everybody = Membership.objects.filter(tenant_id=membership.tenant_id).order_by("pk")
    people = {each.pk: each for each in everybody.select_for_update(of=("self",))}
    return people[membership.pk]


def _owners_decide(*touched: str, by_role: str | None) -> None:
    if by_role is not None and by_role != _OWNER and _OWNER in touched:
        raise OwnersDecide


def _not_oneself(membership: Membership, *, by: Actor) -> None:
    if str(by) == f"user:{membership.user_id}":
        raise NotYourself


def _one_owner_stays(membership: Membership) -> None:
    if membership.role != _OWNER:
        return
    others = Membership.objects.filter(tenant_id=membership.tenant_id, role=_OWNER)
    if not others.exclude(pk=membership.pk).filter(user__is_active=True).exists():
        raise LastOwner
