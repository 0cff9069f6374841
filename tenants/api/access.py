"""Who knocks at the REST API, what they may do, and how often."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions, permissions, throttling
from rest_framework.request import Request

from tenants import actors, api_keys
from tenants.actors import Actor
from tenants.directory import KnownKey
from tenants.models import ApiKey

if TYPE_CHECKING:  # the framework imports this module while it makes its view
    from rest_framework.views import APIView

log = structlog.get_logger("askpro.api")
_COUNTERS = "askpro:rate"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How much of its quota a key has used; `wait_seconds` until there is some again."""

    limit: int
    used: float
    wait_seconds: float

    @property
    def remaining(self) -> int:
        return max(0, math.floor(self.limit - self.used))


class TenantRequest(Request):
    """A request with a key: it knows its tenant and who is written down as the one who acts."""

    rate: Rate | None = None

    @property
    def key(self) -> KnownKey:
        return cast(KnownKey, self.auth)

    @property
    def tenant_id(self) -> UUID:
        return self.key.tenant_id

    @property
    def actor(self) -> Actor:
        return cast(Actor, self.user)


class KeyAuthentication(authentication.BaseAuthentication):
    """Recognises the key in ``Authorization: Bearer …`` or ``X-API-Key: …``."""

    def authenticate(self, request: Request) -> tuple[Actor, KnownKey] | None:
        secrets = set(_secrets(request))
        if not secrets:
            return None
        secret = secrets.pop()
        known = None if secrets else api_keys.recognise(secret, now=timezone.now())
        if known is None:
            raise exceptions.AuthenticationFailed(_("This key is not valid."))
        return actors.api_key(api_keys.prefix_of(secret)), known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _secrets(request: Request) -> Iterable[str]:
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        yield secret.strip()
    if "HTTP_X_API_KEY" in request.META:
        yield request.META["HTTP_X_API_KEY"].strip()


class HasScope(permissions.BasePermission):
    """Reading needs the scope `read`, everything else the scope `write`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, KnownKey):
            return False
        is_reading = request.method in permissions.SAFE_METHODS
        return (ApiKey.Scope.READ if is_reading else ApiKey.Scope.WRITE) in request.auth.scopes


# --- How often ------------------------------------------------------------------------------------


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=1.0)


@dataclass(frozen=True)
class _Quota:
    """So many requests in a period. Two counters stand for a sliding window: the last period fades out."""

    limit: int
    seconds: int

    def count(self, who: str, *, at: float) -> Rate:
        """Count one request in Redis; who is turned away has used nothing."""
        period, passed = divmod(at, self.seconds)
        this, last = f"{_COUNTERS}:{who}:{period:.0f}", f"{_COUNTERS}:{who}:{period - 1:.0f}"
        with _redis().pipeline(transaction=False) as asked:  # one round trip
            asked.incr(this)
            asked.expire(this, 2 * self.seconds)
            asked.get(last)
            count, _is_set, counted_before = asked.execute()
        before = int(counted_before or 0)
        wait_seconds = self._wait(count=count, before=before, passed=passed)
        if wait_seconds:
            _redis().decr(this)
        used = count + before * (1 - passed / self.seconds)
        return Rate(limit=self.limit, used=used, wait_seconds=wait_seconds)

    def _wait(self, *, count: int, before: int, passed: float) -> float:
        """Return how many seconds it takes until a request fits that is the `count`-th of this period."""
        if count + before * (1 - passed / self.seconds) <= self.limit:
            return 0.0
        if count <= self.limit:  # enough of the last period must fade
            return self.seconds * (1 - (self.limit - count) / before) - passed
        return self.seconds - passed + self.seconds * (1 - (self.limit - 1) / (count - 1))


class KeyThrottle(throttling.SimpleRateThrottle):
    """So many requests of one key in any period (60 a minute), counted in Redis for all processes together.

    When Redis does not answer, requests pass: the limit protects us, the business needs the answer.
    """

    scope = "api"
    # After a failure Redis is left alone for a moment, or every request would wait for it.
    _SILENCE_SECONDS = 5.0
    _silent_until = 0.0

    def __init__(self) -> None:
        limit, seconds = self.parse_rate(self.get_rate())
        self._quota = None if limit is None or seconds is None else _Quota(limit, seconds)
        self._rate: Rate | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if self._quota is None or not isinstance(request, TenantRequest):
            return True
        if time.monotonic() < KeyThrottle._silent_until:
            return True
        try:
            request.rate = self._quota.count(str(request.actor), at=time.time())
        except (redis.RedisError, OSError) as error:
            KeyThrottle._silent_until = time.monotonic() + self._SILENCE_SECONDS
            log.warning("rate_not_counted", error=type(error).__name__)
            return True
        self._rate = request.rate
        return request.rate.wait_seconds == 0

    def wait(self) -> float | None:
        return None if self._rate is None else self._rate.wait_seconds
