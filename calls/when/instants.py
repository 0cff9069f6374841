"""From local days and minutes to instants, with the two nights on which the clock jumps."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY_MINUTES = 1440


def boundary(day: date, minute: int, *, zone: tzinfo) -> datetime:
    """Return the edge of a window; one inside the hour that the clock skips is moved behind the gap."""
    local = _wall(day, minute, zone)
    return local.astimezone(UTC).astimezone(zone)


def named(day: date, minute: int, *, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the instants that a wall-clock time names: one, none in the skipped hour, two in the doubled one."""
    first = _wall(day, minute, zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return (first,)
    wall = first.replace(tzinfo=None)
    return tuple(
        instant
        for instant in (first, second)
        if instant.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    )


def in_zone(day: date, minute: int, *, written_zone: str, zone: tzinfo) -> datetime:
    """Return the instant that was written with an offset of its own, in the branch's zone."""
    at = time(minute // 60 % 24, minute % 60).isoformat()
    day += timedelta(days=minute // _DAY_MINUTES)
    return datetime.fromisoformat(f"{day.isoformat()}T{at}{written_zone}").astimezone(zone)


def after(now: datetime, *, minutes: int) -> datetime:
    """Return now plus minutes of real time, cut to the full minute, in the zone of `now`."""
    zone = now.tzinfo
    later = now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    return later.astimezone(zone)


def is_before(one: datetime, other: datetime) -> bool:
    """Compare instants; two times of one zone would compare by wall clock and miss the doubled hour."""
    return one.astimezone(UTC) < other.astimezone(UTC)


def _wall(day: date, minute: int, zone: tzinfo) -> datetime:
    days, minute = divmod(minute, _DAY_MINUTES)
    at = time(minute // 60, minute % 60)
    return datetime.combine(day + timedelta(days=days), at, tzinfo=zone)
