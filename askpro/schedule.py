"""All sweeps in one place: what each finds is what a bell or a webhook missed."""

from typing import Any

from celery.schedules import crontab

SWEEPS: dict[str, dict[str, Any]] = {
    "carry what the courier missed": {
        "task": "askpro.operations.tasks.carry_all",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "drop expired holds": {
        "task": "booking.tasks.drop_expired_holds",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "mark who did not come, complete what is over": {
        "task": "booking.tasks.keep_attendance",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "close calls that nobody ended": {
        "task": "calls.tasks.close_stale_calls",
        "schedule": 600.0,
        "options": {"expires": 590},
    },
    "fetch calls that no webhook told of": {
        "task": "calls.tasks.refresh_recent_calls",
        "schedule": 900.0,
        "options": {"expires": 890},
    },
    "fetch calls of the last week": {
        "task": "calls.tasks.refresh_last_week",
        "schedule": crontab(hour=2, minute=0),  # UTC; three o'clock in Berlin's winter
    },
    "escalate overdue callbacks": {
        "task": "calls.tasks.escalate_overdue_callbacks",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "publish agents that wait": {
        "task": "calls.tasks.publish_waiting_agents",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "offer freed times to the waiting list": {
        "task": "booking.tasks.offer_freed_times",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "compare diaries with calendars": {
        "task": "booking.tasks.sync_calendars",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "compare agents with the platform": {
        "task": "calls.tasks.compare_agents",
        "schedule": crontab(hour=2, minute=20),
    },
    "remove recordings that callers refused": {
        "task": "calls.tasks.remove_refused_recordings",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "call back whom a calendar refused": {
        "task": "calls.tasks.settle_assurances",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget what is past its time": {
        "task": "askpro.compliance.tasks.purge",
        "schedule": crontab(hour=4, minute=30),
    },
    "meter calls and appointments": {
        "task": "billing.tasks.meter_usage",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
}
