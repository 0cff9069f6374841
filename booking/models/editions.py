"""Which edition of its catalogue a business has, so that nobody has to read it again to know that it is the same."""

from uuid import uuid4

from django.db import models

from tenants.models import TenantOwned


class Edition(TenantOwned):
    """The mark of a change to what a business offers: services, people, hours, holidays, rules.

    Only triggers write here (migration 0016), in the transaction of the change. Changes at the same time do not wait for
    each other and leave a mark each; the next one clears up. All marks of a business together name its edition.
    """

    token = models.UUIDField(default=uuid4, editable=False)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "id"], name="edition_of_tenant")]

    def __str__(self) -> str:
        return str(self.token)
