"""Is everything there that a call needs? Asked every few seconds by monitors, so it must cost next to nothing."""

import shutil
import time
from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from askpro.courier import HEARTBEAT_KEY
from integrations import bell, doors
from tenants import statements

log = structlog.get_logger("askpro.health")
OK, FAILED, LOW = "ok", "failed", "low"
_ASKING = ("GET", "HEAD")
_ENOUGH_DISK_BYTES = 1_073_741_824
_HEARTBEAT_MAX_AGE_SECONDS = 20


def show(request: HttpRequest) -> HttpResponse:
    """GET /health and /api/health: 200 when nothing has failed, else 503."""
    if request.method not in _ASKING:
        refusal = doors.refuse(405, "method_not_allowed", "Hier wird nur gefragt: GET oder HEAD.")
        refusal["Allow"] = ", ".join(_ASKING)
        return refusal
    state = {"database": database(), **redis_and_worker(), "disk_space": disk_space()}
    # Monitors of the first hour know the worker as "horizon".
    state["horizon"] = state["worker"]
    status = 503 if FAILED in state.values() else 200
    return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})


def database() -> str:
    """Ask the database for a 1."""
    try:
        statements.run("SELECT 1").fetchone()
    except DatabaseError as error:
        log.error("health_database", error=type(error).__name__)
        return FAILED
    return OK


def redis_and_worker() -> dict[str, str]:
    """Ask Redis for the last heartbeat of a worker; who cannot ask cannot know that a worker lives."""
    try:
        beat = _redis().get(HEARTBEAT_KEY)
    except (redis.RedisError, OSError) as error:
        log.error("health_redis", error=type(error).__name__)
        return {"redis": FAILED, "worker": FAILED}
    return {"redis": OK, "worker": OK if _is_fresh(beat) else FAILED}


def disk_space() -> str:
    """Look whether more than 1 GiB is free where the application lives."""
    free_bytes = shutil.disk_usage(settings.BASE_DIR).free
    return OK if free_bytes > _ENOUGH_DISK_BYTES else LOW


def _is_fresh(beat: object) -> bool:
    if not isinstance(beat, bytes) or not beat.isdigit():
        return False
    return time.time() - int(beat) <= _HEARTBEAT_MAX_AGE_SECONDS


@cache
def _redis() -> "redis.Redis":
    return bell.client()
