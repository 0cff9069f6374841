"""What can go wrong with a provider, by what to do about it."""


class ProviderError(Exception):
    """A provider did not do what was asked. Carries who, what and the status; never a body, a key or a number."""

    kind = "provider"

    def __init__(
        self, provider: str, operation: str, *, status: int | None = None, code: str = ""
    ) -> None:
        self.provider = provider
        self.operation = operation
        self.status = status
        self.code = code
        detail = " ".join(str(part) for part in (status, code) if part)
        super().__init__(f"{provider} {operation}: {detail or self.kind}")


class RetryableError(ProviderError):
    """Time-out, refused connection, 429, 5xx: the outcome is unknown or the moment was wrong. Ask again later."""

    kind = "retryable"

    def __init__(
        self,
        provider: str,
        operation: str,
        *,
        status: int | None = None,
        code: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(provider, operation, status=status, code=code)
        self.retry_after_seconds = retry_after_seconds


class PermanentError(ProviderError):
    """Refused or unreadable: repeating changes nothing. Keep it and tell a person."""

    kind = "permanent"


class ConfigurationError(ProviderError):
    """Missing or wrong credentials: stop, and tell the business or us."""

    kind = "configuration"
