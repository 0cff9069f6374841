"""Personal data on the first floor: people with a login, the audit trail that names them, answers to programs."""

from datetime import datetime, timedelta
from typing import Any

from tenants.models import AuditEntry, KeyedRequest, User

# Whoever repeats a request does it within minutes; over a weekend somebody may do it by hand.
ANSWERS_KEPT = timedelta(days=3)


def disclose(*, user_id: int) -> dict[str, Any]:
    """Return what is kept about a person with a login, within the active tenant."""
    person = User.objects.get(pk=user_id)
    return {
        "user": {"email": person.email, "name": person.name, "created_at": person.created_at},
        "deeds": list(
            AuditEntry.objects.filter(actor=f"user:{user_id}")
            .order_by("pk")
            .values("verb", "object_type", "object_id", "at")
        ),
    }


def erase(*, user_id: int) -> None:
    """Make a login nameless and unusable; the audit trail keeps the number alone."""
    person = User.objects.get(pk=user_id)
    person.email = f"erased-{user_id}@askpro.example"
    person.name = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()


def forget_answers() -> None:
    """Forget what was answered to programs of the active business lately; that it was done stays known.

    For a person who is to be forgotten at once: their name may stand in any of the answers.
    """
    KeyedRequest.objects.filter(answer__isnull=False).update(answer=None)


def purge(*, now: datetime, limit: int = 1000) -> int:
    """Delete the keyed requests of the active business whose time is over; return how many, none is left at zero."""
    old = KeyedRequest.objects.filter(created_at__lt=now - ANSWERS_KEPT).order_by("created_at")
    gone, _deleted = KeyedRequest.objects.filter(pk__in=old.values("pk")[:limit]).delete()
    return gone
