"""Requests of machines that carried a key of their own, and what was answered."""

from django.db import models
from django.db.models import Q

from tenants.models.base import TenantOwned


class KeyedRequest(TenantOwned):
    """A request that was carried out, under the key its sender gave it. It is written with the effect or not at all."""

    key = models.CharField(max_length=150)
    route = models.CharField(max_length=200)
    # SHA-256 of method, address and body: whether a second request under the key is the same one.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=200, blank=True)
    # The JSON as it was sent. NULL: forgotten, because somebody in it has to be.
    answer = models.TextField(null=True)  # noqa: DJ001 — an empty answer is an answer

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="request_once_per_key"),
            models.CheckConstraint(name="request_has_a_key", condition=~Q(key="")),
        ]
        indexes = [models.Index(fields=["tenant", "created_at"], name="request_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.status}"
