"""What can go wrong with the embedded engines, said so that a newcomer knows what to do."""


class EngineError(Exception):
    """An engine cannot be started; the text says what happened and what to do about it."""

    def __init__(self, what_happened: str, *, remedy: str) -> None:
        super().__init__(f"{what_happened} {remedy}")
        self.what_happened = what_happened
        self.remedy = remedy
