"""What a caller goes away believing: the shape of a conversation, whatever words it was worded with.

Pure. Who asks for something or takes what was offered, hears it answered as done, and hears nothing to the contrary
afterwards, believes it. So the turns are read as acts: the agent offers, asks, looks, does, or tells of trouble; the
caller wishes, takes, or declines. The lexicon is `calls/dialogue_words.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Belief:
    """What was wished, and how the agent left it: done, repeated, agreed to, or in silence."""

    wish: Wish
    turn: int  # of the caller, when the wish was last spoken
    is_taken: bool  # something offered was taken, and not only wished for
    act: Act  # the weightiest of what was said last; DENIES: nothing is left to believe in
    quote: str  # the agent's words that leave it so


@dataclass(frozen=True)
class _Open:
    wish: Wish
    turn: int
    is_taken: bool


def belief(turns: Sequence[tuple[str, str]]) -> Belief | None:
    """Return what the caller goes away believing; None where nothing definite was wished, or a question is open."""
    wished = _last_wish(turns)
    if wished is None:
        return None
    after = [words for role, words in turns[wished.turn + 1 :] if role == "agent"]
    if not after or asks_for_more(after[-1]):
        return None
    left, quote = Act.INFORMS, after[-1]
    for act, piece in _done_since(wished, turns):
        if _outweighs(act, left, piece):
            left, quote = act, piece
    return Belief(
        wish=wished.wish, turn=wished.turn, is_taken=wished.is_taken, act=left, quote=quote
    )


def _done_since(wished: _Open, turns: Sequence[tuple[str, str]]) -> Iterator[tuple[Act, str]]:
    asked = ""
    for role, words in turns[wished.turn :]:
        if role != "agent":
            asked = folded(words)
            continue
        for act, piece in acts(words, wish=wished.wish):
            is_yes = words_of.PLAIN_YES.search(folded(piece)) is not None
            is_confirming = is_yes and words_of.IS_IT_DONE.search(asked)
            yield (Act.DOES if is_confirming and act != Act.DENIES else act), piece


def _outweighs(act: Act, left: Act, piece: str) -> bool:
    """Whether what is said now counts more than how it was left before."""
    if act == Act.DENIES:
        is_other = words_of.ABOUT_ELSE.search(folded(piece)) and not words_of.NOT.search(
            folded(piece)
        )
        return left not in (Act.DOES, Act.REPEATS) or (is_about_it(piece) and not is_other)
    if left == Act.DENIES:  # after trouble only another time counts, or the time at last
        return act == Act.DOES and (has_clock(piece) or _is_at_last(piece))
    if act in (Act.ASKS, Act.OFFERS, Act.LOOKS):
        return left in (Act.REPEATS, Act.AGREES)
    return _WEIGHT.get(act, 0) > 0 and _WEIGHT[act] >= _WEIGHT.get(left, 0)


def _is_at_last(piece: str) -> bool:
    return words_of.AT_LAST.search(folded(piece)) is not None


_WEIGHT = {Act.AGREES: 1, Act.REPEATS: 2, Act.DOES: 3}


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
    said = [_heard(words) for role, words in turns if role != "agent"]
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
    asked = folded(piece)
    return asked.endswith("?") or words_of.ASKS.search(asked) is not None


def tells_of_trouble(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent tells that something did not go as wished, or leads elsewhere; a plain no to a side question is none."""
    asked = ""
    for role, words in turns:
        if role != "agent":
            asked = folded(words)
            continue
        is_aside = _is_asking(asked) and not is_about_it(asked)
        for piece in pieces(words):
            if _denies(_without_courtesy(folded(piece))) and (not is_aside or is_about_it(piece)):
                return True
    return False


def tells_to_wait(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent says that somebody has still to confirm."""
    return any(
        words_of.AWAITS.search(folded(piece))
        for role, words in turns
        if role == "agent"
        for piece in pieces(words)
    )


def refuses(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent says plainly that what was wished cannot be done."""
    return any(
        words_of.CANNOT.search(_without_courtesy(folded(piece)))
        and (is_about_it(piece) or words_of.CHANGES.search(folded(piece)))
        for role, words in turns
        if role == "agent"
        for piece in pieces(words)
    )


def is_about_it(words: str) -> bool:
    """Whether words speak of the appointment or of how it went."""
    return words_of.ABOUT_IT.search(folded(words)) is not None


def wish_in(words: str) -> Wish | None:
    """Return what a caller wants to have done, where these words say it."""
    return _wish_in(folded(words))


def wishes_several(words: str) -> bool:
    """Whether a caller wants more than one appointment."""
    return words_of.SEVERAL.search(folded(words)) is not None


def confirmed_together(words: str) -> Iterator[tuple[int, str]]:
    """Yield how many appointments a turn says are done, and where it says so."""
    for act, piece in acts(words, wish=Wish.BOOK):
        for shape, count in words_of.COUNTS if act == Act.DOES else ():
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
    return _wish_in(said) is None and words_of.READS_OUT.search(said) is not None


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


def pieces(words: str) -> list[str]:
    """Return the sentences of a turn, and what stands apart in them."""
    return [part.strip(" ,;") for part in words_of.BREAK.split(words) if part.strip(" ,;.!")]


def folded(text: str) -> str:
    """Return a text in small letters without umlauts, quotes and double spaces."""
    plain = text.casefold().translate(words_of.LETTERS)
    return " ".join(plain.replace("„", "").replace("“", "").split())


# --- the caller ------------------------------------------------------------------------------------------


def _last_wish(turns: Sequence[tuple[str, str]]) -> _Open | None:
    """Return the wish that stands when the caller has spoken last of it."""
    standing: _Open | None = None
    wish = Wish.BOOK
    offered = asked_before = ""
    for number, (role, words) in enumerate(turns):
        if role == "agent":
            offered = _with_what_was_asked(words, asked_before)
            continue
        wish = _wish_in(_heard(words)) or wish
        if _declines(_heard(words), offered=folded(offered)):
            standing = None
        elif not _is_informed(asked_before, offered) and _is_answered(number, turns):
            standing = _wished(words, wish, offered, on_table=turns[:number], before=standing)
            wish = standing.wish if standing is not None else wish
        asked_before = words
    return standing


def _with_what_was_asked(answered: str, asked: str) -> str:
    """Return an offer with the time that it only answers ("Morgen vierzehn Uhr?" – "Ist frei.")."""
    is_short = len(answered.split()) < _SHORT and not has_clock(answered)
    is_free = words_of.OFFERS.search(folded(answered)) or words_of.ROOM.search(folded(answered))
    if is_short and is_free and asked.rstrip().endswith("?") and has_clock(asked):
        return f"{asked.rstrip(' ?')} ist frei: {answered}"
    return answered


_SHORT = 6  # words


def _is_informed(asked: str, answered: str) -> bool:
    """Whether the agent only answered a question about what stands, the hours or the price."""
    is_side = words_of.ASKS_ABOUT.search(folded(asked)) is not None and not has_clock(asked)
    return asks_what_stands(asked) or (is_side and not asks_for_more(answered))


def _heard(words: str) -> str:
    return folded(words).rstrip(" .!…")


def _is_answered(number: int, turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent spoke once more; else what was left before is what counts."""
    return any(role == "agent" for role, _words in turns[number + 1 :])


def _wished(
    words: str,
    wish: Wish,
    offered: str,
    *,
    on_table: Sequence[tuple[str, str]],
    before: _Open | None,
) -> _Open | None:
    """Return the wish that stands after a turn of the caller: an offer taken, a wish spoken, or the one of before."""
    said, number = _heard(words), len(on_table)
    if _makes_sure(said, on_table=on_table):
        return _Open(wish, number, is_taken=True)
    if _takes(said, offered=offered, wish=wish, is_first=before is None):
        if words_of.LEADS_OUT.search(folded(offered)):
            return before  # it stands as it was left
        return _Open(_wish_taken(wish, offered), number, is_taken=True)
    if before is not None and _only_repeats(said, on_table=on_table):
        return before
    if _asks_for(said, wish, on_table=on_table):
        return _Open(wish, number, is_taken=before is not None and before.is_taken)
    return before


def _only_repeats(said: str, *, on_table: Sequence[tuple[str, str]]) -> bool:
    """Whether a caller only names a day once more, with no hour ("dann komm ich Freitag")."""
    days = {found.group(0) for found in words_of.DAY.finditer(said)}
    heard = {day.group(0) for _, words in on_table for day in words_of.DAY.finditer(folded(words))}
    return bool(days) and days <= heard and not has_clock(said) and _wish_in(said) is None


def _makes_sure(said: str, *, on_table: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller asks if what was spoken of is done now; the answer is what they go away with."""
    is_asked = said.endswith("?") and words_of.IS_IT_DONE.search(said) is not None
    if not is_asked or words_of.READS_OUT.search(said) or not words_of.BY_NOW.search(said):
        return False
    return any(
        has_clock(words) or words_of.DAY.search(folded(words))
        for role, words in on_table
        if role == "agent"
    )


def _wish_in(said: str) -> Wish | None:
    if words_of.ASKS_HOW.search(said):
        return None
    for wish, shape in words_of.WISHES:
        if shape.search(said):
            return Wish(wish)
    return None


def _wish_taken(wish: Wish, offered: str) -> Wish:
    """Return what was wished once an offer is taken: to end or to move what stands, or another time instead of ending."""
    asked = _wish_in(folded(pieces(offered)[-1])) if pieces(offered) else None
    if asked in (Wish.CANCEL, Wish.MOVE):
        return asked
    is_named = words_of.IS_IT_THIS.search(folded(offered)) is not None
    return Wish.MOVE if wish == Wish.CANCEL and has_clock(offered) and not is_named else wish


def _declines(said: str, *, offered: str) -> bool:
    if words_of.PUTS_OFF.search(said):
        return True
    if _is_offer(offered) and words_of.DISLIKES.search(said):
        return True
    rest = words_of.FITS_NOT.sub(" ", said)
    is_no = words_of.NO.search(said) is not None and not words_of.YES.search(rest)
    return is_no and _is_offer(offered) and not has_clock(rest)


def _takes(said: str, *, offered: str, wish: Wish, is_first: bool) -> bool:
    chosen = re.split(r"[.!]\s", said)[0]
    is_put = _is_offer(folded(offered)) or (is_first and _is_named(folded(offered)))
    if not is_put or _is_asking(chosen) or words_of.THANKS.search(said):
        return False
    if words_of.MERE_THANKS.search(said) and not (words_of.TAKES.search(said) or has_clock(said)):
        return False
    heard = [act for act, _piece in acts(offered, wish=wish)]
    if Act.DOES in heard and heard[-1] != Act.ASKS:
        return False  # it was given already; the caller only says thank you
    return not words_of.SURROUNDINGS.search(folded(offered)) or bool(words_of.YES.search(said))


def _asks_for(said: str, wish: Wish, *, on_table: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller wants something definite: a day and an hour, or to be rid of what stands."""
    if words_of.PAST.search(said) or words_of.THANKS.search(said):
        return False
    if wish == Wish.BOOK:
        is_open = any(has_clock(words) for _, words in on_table)
        is_day = any(
            words_of.DAY.search(folded(words)) for role, words in on_table if role == "agent"
        )
        is_definite = (
            has_clock(said)
            or (is_open and words_of.OTHER_DAY.search(said))
            or (is_day and words_of.BOOKS.search(said))
        )
        return bool(is_definite) and not words_of.READS_OUT.search(said)
    return any(Wish(each) == wish and shape.search(said) for each, shape in words_of.WISHES)


def _is_asking(said: str) -> bool:
    return said.endswith("?") or words_of.ASKS.search(said) is not None


def _is_named(offered: str) -> bool:
    """Whether a time was named without a word of offering it ("Freitag, zehn Uhr, bei Jonas")."""
    if any(shape.search(offered) for shape in _NOT_OFFERED):
        return False
    return has_clock(offered) or words_of.DAY.search(offered) is not None


_NOT_OFFERED = (words_of.PAST, words_of.SURROUNDINGS, words_of.LOOKS, words_of.READY)


def _is_offer(offered: str) -> bool:
    """Whether the agent had put something definite on the table."""
    if words_of.READY.search(offered):
        return False
    is_about_time = words_of.CLOCK.search(offered) or words_of.DAY.search(offered)
    is_put = offered.endswith("?") or words_of.OFFERS.search(offered)
    return bool(is_about_time and is_put) or words_of.SHALL_I.search(offered) is not None


# --- the agent -------------------------------------------------------------------------------------------


def _act(piece: str, wish: Wish) -> Act:
    said = _without_courtesy(folded(piece))
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
    shape = words_of.DOES_AWAY if wish == Wish.CANCEL else words_of.DOES
    return shape.search(said) is not None


def _repeats(said: str) -> bool:
    is_plain = not (words_of.CONDITION.search(said) or words_of.PAST.search(said))
    return is_plain and has_clock(said) and not words_of.SURROUNDINGS.search(said)


def _without_courtesy(said: str) -> str:
    return re.sub(r"\s+", " ", words_of.COURTESY.sub(" ", said)).strip()
