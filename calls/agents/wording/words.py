"""What a language must be able to say to an agent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Trade:
    """What is particular to a kind of business."""

    role: str
    hints: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The texts of one language. Fields in braces are filled from the rows of the business."""

    locale: str
    greeting: str
    disclosure: str
    role: str
    headings: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]
    trades: Mapping[str, Trade]
    weekdays: tuple[str, ...]
    closed: str
    when_closed: Mapping[str, str]  # by the rule of the desk
    transfer: str
    no_transfer: str
    no_price: str
    no_hours: str
    minutes: str
    clock: Callable[[int], str]
    money: Callable[[int], str]
