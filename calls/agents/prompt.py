"""What an agent is told: the language's texts, filled with the facts of the business. Same facts, same words."""

from collections.abc import Iterable

from calls import tools
from calls.agents.facts import Facts, Offer, plain
from calls.agents.wording import LANGUAGES
from calls.agents.wording.words import Words
from calls.models import Agent

# The order in which an agent reads: rules first, because what comes first is kept best.
_KINDS = (
    "now",
    "style",
    "appointment",
    "callback",
    "emergency",
    "privacy",
    "boundaries",
    "closing",
)


def greeting(agent: Agent, facts: Facts) -> str:
    """Return the first sentences of a call; that a machine speaks is always among them."""
    words = LANGUAGES[agent.language]
    own = plain(agent.greeting)
    return f"{own or words.greeting.format(business=facts.business)} {words.disclosure}"


def compose(agent: Agent, facts: Facts) -> str:
    """Return the prompt of an agent."""
    words = LANGUAGES[agent.language]
    trade = words.trades[agent.template]
    parts = [
        words.role.format(business=facts.business, branch=facts.branch, trade=trade.role),
        *(
            _section(words, kind, (*words.kinds[kind], *_of_desk(words, kind, facts)))
            for kind in _KINDS
        ),
        _section(words, "trade", trade.hints),
        _section(words, "business", (facts.business, facts.branch, facts.address)),
        _section(words, "hours", _opening(words, facts)),
        _section(words, "offers", (_offer(words, offer) for offer in facts.offers)),
        _section(words, "staff", facts.staff),
        _section(words, "instructions", (plain(agent.instructions),)),
        _section(words, "tools", (f"{tool.name}: {tool.purpose}" for tool in tools.TOOLS.values())),
    ]
    return "\n\n".join(part for part in parts if part)


def keywords(agent: Agent, facts: Facts) -> list[str]:
    """Return the words that the platform's ear should expect: names, services and the words of the trade."""
    trade = LANGUAGES[agent.language].trades[agent.template]
    expected = (facts.business, *facts.staff, *(offer.name for offer in facts.offers))
    return list(dict.fromkeys((*expected, *trade.keywords)))[:100]


def _section(words: Words, kind: str, lines: Iterable[str]) -> str:
    told = [f"- {line}" for line in lines if line]
    return "\n".join((f"## {words.headings[kind]}", *told)) if told else ""


def _of_desk(words: Words, kind: str, facts: Facts) -> tuple[str, ...]:
    """Return what the telephone rules of the branch add: what happens after hours, and who takes over."""
    if kind == "appointment":
        return (words.when_closed[facts.when_closed],)
    if kind == "callback":
        return (words.transfer if facts.transfer_number else words.no_transfer,)
    return ()


def _opening(words: Words, facts: Facts) -> list[str]:
    if not facts.opening:
        return [words.no_hours]
    opening = dict(facts.opening)
    return [
        f"{name}: {_spans(words, opening.get(weekday, ()))}"
        for weekday, name in enumerate(words.weekdays, start=1)
    ]


def _spans(words: Words, spans: tuple[tuple[int, int], ...]) -> str:
    said = (f"{words.clock(first)} – {words.clock(last)}" for first, last in spans)
    return ", ".join(said) or words.closed


def _offer(words: Words, offer: Offer) -> str:
    price = words.no_price if offer.price_cents is None else words.money(offer.price_cents)
    told = f"{offer.name}: {offer.minutes} {words.minutes}, {price}"
    return f"{told}. {offer.description}" if offer.description else told
