"""Celery: the clock for sweeps, and the process in which the courier runs."""

import os
from typing import Any

from celery import Celery, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "askpro.settings")

app = Celery("askpro")
# Whoever is on the line comes first: on one machine with the web server, the worker takes what processor time is left.
_NICENESS = 5
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class CourierStep(bootsteps.StartStopStep):
    """Starts the courier with the worker and lets it finish with the worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.courier: Any = None

    def start(self, worker: Any) -> None:
        from askpro.courier import Courier

        os.nice(_NICENESS)
        self.courier = Courier()
        self.courier.start()

    def stop(self, worker: Any) -> None:
        if self.courier is not None:
            self.courier.stop()


app.steps["worker"].add(CourierStep)


@app.on_after_configure.connect
def _plan_sweeps(sender: Any, **_: Any) -> None:
    from askpro import checks, schedule

    checks.refuse_unsafe_start()
    sender.conf.beat_schedule = schedule.SWEEPS
