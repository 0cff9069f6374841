"""What the turns of a conversation do, whatever words they are worded with: the agent offers, asks, looks, does, or tells of trouble.

Pure. What the caller goes away believing of it is read in `calls/beliefs.py`; the lexicon is `calls/dialogue_words.py`.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from calls import dialogue_words as words_of


class Wish(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CALLBACK = "callback"
    OTHER = "other"  # a message, a waiting list, a person: nothing that the diary holds


class Act(StrEnum):
    """What a piece of the agent's words does with the wish."""

    ASKS = "asks"
    OFFERS = "offers"
    LOOKS = "looks"
    DENIES = "denies"
    DOES = "does"  # says that it is done
    REPEATS = "repeats"  # says the time once more, plainly
    AGREES = "agrees"  # only nods, or says goodbye until then
    INFORMS = "informs"


def is_overtaken(turns: Sequence[tuple[str, str]], *, turn: int) -> bool:
    """Whether a turn only said what the agent was about to do, and a later one that part of it did not work."""
    is_intent = any(
        words_of.INTENDS.search(folded(piece)) and not words_of.MADE.search(folded(piece))
        for act, piece in acts(turns[turn][1], wish=Wish.BOOK)
        if act == Act.DOES
    )
    later = zip(turns[turn:], turns[turn + 1 :], strict=False)
    return is_intent and any(
        act == Act.DENIES and (is_about_it(piece) or not asked.endswith("?"))
        for (_, asked), (role, words) in later
        if role == "agent"
        for act, piece in acts(words, wish=Wish.BOOK)
    )


def is_put_off(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller's last word on it was to leave it for now."""
    said = [heard(words) for role, words in turns if role != "agent"]
    return any(words_of.PUTS_OFF.search(each) for each in said[-2:])


def acts(words: str, *, wish: Wish) -> Iterator[tuple[Act, str]]:
    """Yield what the pieces of a turn do, in order."""
    for piece in pieces(words):
        yield _act(piece, wish), piece


def asks_for_more(words: str) -> bool:
    """Whether a turn ends in a question that the caller has to answer first; the polite last one is none."""
    said = pieces(words)
    if not said:
        return False
    last = folded(said[-1])
    if words_of.ASKS_LAST.search(last):
        return True
    return is_question(said[-1]) and not words_of.CLOSING.search(last)


def is_question(piece: str) -> bool:
    """Whether a piece asks, with its mark or, where none is written, by its first words."""
    asked = words_of.NAMELESS.sub("", folded(piece))
    is_polite = words_of.WELCOMES.search(asked) is not None
    return asked.endswith("?") or (words_of.ASKS.search(asked) is not None and not is_polite)


def tells_of_trouble(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent tells that something did not go as wished, or leads elsewhere; a plain no to a side question is none."""
    asked = ""
    for role, words in turns:
        if role != "agent":
            asked = words
            continue
        is_aside = _is_aside(asked)
        for piece in pieces(words):
            if words_of.SIGHS.search(folded(piece)) and asked and not is_about_it(asked):
                continue
            if _denies(_without_courtesy(folded(piece))) and (not is_aside or is_about_it(piece)):
                return True
    return False


def _is_aside(asked: str) -> bool:
    """Whether the caller's last question was about something else than the appointment."""
    if is_asking(folded(asked)) and not is_about_it(asked):
        return True
    last = pieces(asked)[-1] if pieces(asked) else ""
    return (
        last.endswith("?")
        and not is_about_it(last)
        and words_of.BY_THE_WAY.search(folded(last)) is not None
    )


def tells_to_wait(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent says that somebody has still to confirm."""
    return any(
        words_of.AWAITS.search(folded(piece))
        for role, words in turns
        if role == "agent"
        for piece in pieces(words)
    )


def is_another_errand(piece: str) -> bool:
    """Whether a piece tells of a call back or a message that comes on top of what was said."""
    return words_of.ON_TOP.search(folded(piece)) is not None


def leads_without(words: str) -> bool:
    """Whether a turn says that one comes without an appointment."""
    return words_of.WITHOUT.search(folded(words)) is not None


def leaves_open(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent said that the caller has to come back for it, or that it may be gone by then."""
    return any(words_of.LEFT_OPEN.search(folded(words)) for role, words in turns if role == "agent")


def refuses(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent says plainly that what was wished cannot be done."""
    return any(
        words_of.CANNOT.search(_without_courtesy(folded(piece)))
        and (is_about_it(piece) or words_of.CHANGES.search(folded(piece)))
        for role, words in turns
        if role == "agent"
        for piece in pieces(words)
    )


def says_plain_yes(words: str, *, asked: str) -> bool:
    """Whether a caller takes what was offered in so many words, names its day or hour, or the name it is to be under."""
    said = heard(words)
    is_named = has_clock(said) or any(
        each.search(said) for each in (words_of.DAY, words_of.HOUR_ALONE)
    )
    is_yes = any(each.search(said) for each in (words_of.YES, words_of.TAKES, words_of.BIDS))
    is_name = words_of.ASKS_WHOSE.search(folded(asked)) is not None
    return (is_yes or is_named or is_name) and words_of.LEAVES_IT.search(said) is None


def is_about_it(words: str) -> bool:
    """Whether words speak of the appointment or of how it went."""
    return words_of.ABOUT_IT.search(folded(words)) is not None


def wish_in(words: str) -> Wish | None:
    """Return what a caller wants to have done, where these words say it."""
    return wish_heard(folded(words))


def wishes_several(words: str) -> bool:
    """Whether a caller wants more than one appointment."""
    return words_of.SEVERAL.search(folded(words)) is not None


def confirmed_together(words: str, *, wish: Wish = Wish.BOOK) -> Iterator[tuple[int, str]]:
    """Yield how many appointments a turn says are done, and where it says so."""
    for act, piece in acts(words, wish=wish):
        for shape, count in words_of.COUNTS if act in (Act.DOES, Act.REPEATS) else ():
            if shape.search(folded(piece)):
                yield count, piece


def offers_a_time(words: str) -> bool:
    """Whether an agent puts a time on the table."""
    said = folded(words)
    is_offered = words_of.OFFERS.search(said) and words_of.CLOCK.search(said)
    is_other = words_of.SURROUNDINGS.search(said) or words_of.FETCHES.search(said)
    return bool(is_offered) and not is_other


def says_goodbye(words: str) -> bool:
    """Whether a turn ends the call."""
    return words_of.FAREWELL.search(folded(words)) is not None


def asks_what_stands(words: str) -> bool:
    """Whether a caller asks about an appointment of before; the answer reads it out and promises nothing."""
    said = folded(words)
    return wish_heard(said) is None and words_of.READS_OUT.search(said) is not None


def addresses_the_caller(words: str) -> bool:
    """Whether words are about the caller, and not about a delivery."""
    return words_of.CALLER.search(folded(words)) is not None


def asks_when(words: str) -> bool:
    """Whether a caller wants to hear the time once more."""
    said = folded(words)
    is_echo = said.endswith("?") and has_clock(said) and len(said.split()) < _LONG
    return is_echo or words_of.WHEN_AGAIN.search(said) is not None


_LONG = 6  # words: who only repeats an hour uses fewer


def names_half_of_day(words: str) -> bool:
    """Whether morning or evening is said, so that twelve hours apart is another time."""
    return words_of.HALF_OF_DAY.search(folded(words)) is not None


def is_bare_weekday(words: str) -> bool:
    """Whether a day is named by its weekday alone."""
    return (
        words_of.WEEKDAY.search(folded(words)) is not None
        and words_of.MORE_THAN_WEEKDAY.search(folded(words)) is None
    )


def has_clock(words: str) -> bool:
    """Whether an hour is named."""
    return words_of.CLOCK.search(folded(words)) is not None


def has_day(words: str) -> bool:
    """Whether a day is named."""
    return words_of.DAY.search(folded(words)) is not None


def pieces(words: str) -> list[str]:
    """Return the sentences of a turn, and what stands apart in them."""
    return [part.strip(" ,;") for part in words_of.BREAK.split(words) if part.strip(" ,;.!")]


def folded(text: str) -> str:
    """Return a text in small letters without umlauts, quotes and double spaces."""
    plain = text.casefold().translate(words_of.LETTERS)
    return " ".join(plain.replace("„", "").replace("“", "").split())


# --- the agent -------------------------------------------------------------------------------------------


def _act(piece: str, wish: Wish) -> Act:
    said = _without_what_was_left(_without_courtesy(folded(piece)))
    if wish == Wish.CANCEL and words_of.STAYS_AWAY.search(folded(piece)):
        return Act.DOES
    if _denies(said):
        return Act.DENIES
    if is_question(piece):
        return Act.ASKS
    if words_of.LOOKS.search(said) and not words_of.DONE_NOW.search(said):
        return Act.LOOKS
    if _does(said, wish):
        return Act.DOES
    if words_of.OFFERS.search(said):
        return Act.OFFERS
    if wish != Wish.CANCEL and _repeats(said):
        return Act.REPEATS
    return Act.AGREES if words_of.AGREES.search(said) else Act.INFORMS


def _without_what_was_left(said: str) -> str:
    """Return what is told, without the day that was given up for it ("am Freitag um drei, der Dienstag ist frei")."""
    left = words_of.FREE_AGAIN.search(said)
    return said[: left.start()] if left and has_clock(said[: left.start()]) else said


def _denies(said: str) -> bool:
    if words_of.DENIES.search(said):
        return True
    other = words_of.NO_OTHER.search(said)
    if other and words_of.DOES.search(said[: other.start()]):
        said = said[: other.start()]
    is_about = words_of.ABOUT_IT.search(said) or words_of.CAN_BE.search(said)
    is_about = is_about or words_of.DOES.search(
        said
    )  # "du stehst nicht drin", "ich trage nichts ein"
    return bool(is_about) and words_of.NOT.search(said) is not None


def _does(said: str, wish: Wish) -> bool:
    if words_of.CONDITION.search(said) or words_of.PAST.search(said):
        return False
    if words_of.OTHER_THING.search(said):
        return False
    shape = words_of.DOES_AWAY if wish == Wish.CANCEL else words_of.DOES
    return shape.search(said) is not None


def _repeats(said: str) -> bool:
    is_plain = not (words_of.CONDITION.search(said) or words_of.PAST.search(said))
    return is_plain and has_clock(said) and not words_of.SURROUNDINGS.search(said)


def _without_courtesy(said: str) -> str:
    return re.sub(r"\s+", " ", words_of.COURTESY.sub(" ", said)).strip()


def heard(words: str) -> str:
    """Return a text folded, without the dots at its end."""
    return folded(words).rstrip(" .!…")


def wish_heard(said: str) -> Wish | None:
    """Return what folded words of a caller want to have done."""
    if words_of.ASKS_HOW.search(said):
        return None
    said = words_of.OF_ANOTHER.sub(" ", said)
    for wish, shape in words_of.WISHES:
        if shape.search(said):
            return Wish(wish)
    return None


def is_asking(said: str) -> bool:
    """Whether folded words of a caller ask."""
    return said.endswith("?") or words_of.ASKS.search(said) is not None
