"""All five senders are known here, and the clock stands still."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from pytest_django import Settings

from tests.doors.senders import PUBLIC_URL, SENDERS


@pytest.fixture(autouse=True)
def _open_doors(settings: Settings) -> None:
    settings.PUBLIC_URL = PUBLIC_URL
    settings.CALCOM_ENABLED = True  # what is tested are the doors, also where Cal.com is off
    for sender in SENDERS:
        setattr(settings, sender.setting, sender.secret)


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller
