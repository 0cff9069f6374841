"""What the rules say no to. A refusal is an answer, not an error in the log."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The rules say no: a stable code for machines, a sentence for people, a status for HTTP."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    sentence: ClassVar[object] = _("This is not possible.")

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(Refused):
    code = "not_found"
    status = 404
    sentence = _("There is nothing here under this id.")


class Invalid(Refused):
    """Input that cannot be understood; ``errors`` names each field."""

    code = "invalid"
    status = 400
    sentence = _("The input is not valid.")

    def __init__(self, **errors: object) -> None:
        super().__init__(**errors)
        self.errors = errors
