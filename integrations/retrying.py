"""Whether and when something is tried again, decided by the kind of error: once, here."""

import random
from datetime import timedelta

from integrations.errors import ConfigurationError, PermanentError, RetryableError

# 0.5 s, 1, 2, 4 … 512 s, each up to half longer: ten attempts within about a quarter of an hour.
MAX_ATTEMPTS = 10
# A provider that says "later" or nothing at all gets about five hours before a person is asked.
_PROVIDER_ATTEMPTS = 16
# An error that nobody foresaw is tried less often: it usually needs a change of code.
_UNFORESEEN_ATTEMPTS = 5
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 3600.0
# Some quotas are per day. What asks for more than that is not believed.
_LONGEST_OBEYED_SECONDS = 86_400.0


def delay_after(attempts: int, *, error: BaseException) -> timedelta | None:
    """Return how long to wait after this many attempts, or None when it is time to give up."""
    if isinstance(error, PermanentError | ConfigurationError):
        return None
    limit = _PROVIDER_ATTEMPTS if isinstance(error, RetryableError) else _UNFORESEEN_ATTEMPTS
    if attempts >= limit:
        return None
    seconds = min(_FIRST_SECONDS * 2 ** (attempts - 1), _LONGEST_SECONDS)
    seconds *= 1 + random.random() / 2  # noqa: S311 — spreads the crowd, guards nothing
    if isinstance(error, RetryableError) and error.retry_after_seconds is not None:
        seconds = max(seconds, min(error.retry_after_seconds, _LONGEST_OBEYED_SECONDS))
    return timedelta(seconds=seconds)


def kind_of(error: BaseException) -> str:
    """Return the word under which the error is kept with the row."""
    return str(getattr(error, "kind", "unforeseen"))


def explain(error: BaseException) -> str:
    """Return what may be kept with the row: of an unforeseen error its name, for its text may quote a person."""
    return str(error) if kind_of(error) != "unforeseen" else type(error).__name__


def alert_for(error: BaseException) -> str:
    """Return the code of the alert that is raised when we give up: credentials are repaired elsewhere than rows."""
    return "credentials_refused" if isinstance(error, ConfigurationError) else "not_delivered"
