"""What a person at the terminal reads: one line per step, in one shape."""

import sys

_LABEL_WIDTH = 12


class StepFailed(Exception):
    """A step of a command did not succeed; the text says what to do about it."""

    def __init__(self, what_happened: str, *, remedy: str) -> None:
        super().__init__(what_happened)
        self.what_happened = what_happened
        self.remedy = remedy


def tell(what: str, text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    first, *others = text.splitlines() or [""]
    print(f"  {what:<{_LABEL_WIDTH}} {first}", flush=True)
    for line in others:
        print(f"  {'':<{_LABEL_WIDTH}} {line}", flush=True)


def complain(what_happened: str, *, remedy: str) -> None:
    """Print on standard error what went wrong and what to do."""
    sys.stdout.flush()
    print(f"\n  {what_happened}\n  What to do: {remedy}", file=sys.stderr, flush=True)
