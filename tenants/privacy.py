"""Personal data on the first floor: the people of the business and the audit trail that names them."""

from typing import Any

from tenants.models import AuditEntry, User


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
