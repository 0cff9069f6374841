"""What a caller goes away believing: the wish that stood last, and how the agent left it.

Pure. Who asks for something or takes what was offered, hears it answered as done, and hears nothing to the contrary
afterwards, believes it. The turns are read as acts (`calls/dialogue.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calls import dialogue
from calls import dialogue_words as words_of
from calls.dialogue import Act, Wish


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
    if not after or dialogue.asks_for_more(after[-1]):
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
            asked = dialogue.folded(words)
            continue
        for act, piece in dialogue.acts(words, wish=wished.wish):
            is_yes = words_of.PLAIN_YES.search(dialogue.folded(piece)) is not None
            is_confirming = is_yes and words_of.IS_IT_DONE.search(asked)
            yield (Act.DOES if is_confirming and act != Act.DENIES else act), piece


def _outweighs(act: Act, left: Act, piece: str) -> bool:
    """Whether what is said now counts more than how it was left before."""
    if act == Act.DENIES:
        is_other = words_of.ABOUT_ELSE.search(dialogue.folded(piece)) and not words_of.NOT.search(
            dialogue.folded(piece)
        )
        return left not in (Act.DOES, Act.REPEATS) or (dialogue.is_about_it(piece) and not is_other)
    if left == Act.DENIES:  # after trouble only another time counts, or the time at last
        return act == Act.DOES and (dialogue.has_clock(piece) or _is_at_last(piece))
    if act in (Act.ASKS, Act.OFFERS, Act.LOOKS):
        return left in (Act.REPEATS, Act.AGREES)
    return _WEIGHT.get(act, 0) > 0 and _WEIGHT[act] >= _WEIGHT.get(left, 0)


def _is_at_last(piece: str) -> bool:
    return words_of.AT_LAST.search(dialogue.folded(piece)) is not None


_WEIGHT = {Act.AGREES: 1, Act.REPEATS: 2, Act.DOES: 3}


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
        wish = dialogue.wish_heard(dialogue.heard(words)) or wish
        if _declines(dialogue.heard(words), offered=dialogue.folded(offered)):
            is_aside = standing is not None and _is_granted(standing, turns[:number])
            standing = standing if is_aside and not _revokes(words, offered, asked_before) else None
        elif not _is_informed(asked_before, offered) and _is_answered(number, turns):
            standing = _wished(words, wish, offered, on_table=turns[:number], before=standing)
            wish = standing.wish if standing is not None else wish
        asked_before = words
    return standing


def _is_granted(standing: _Open, turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent has said that it is done, so that what the caller leaves after that may be something else."""
    left = [act for act, _piece in _done_since(standing, turns)]
    return Act.DOES in left and Act.DENIES not in left


def _revokes(words: str, offered: str, asked: str) -> bool:
    """Whether a caller gives up what was granted, and not some other thing that was just spoken of."""
    said = dialogue.folded(words)
    if words.rstrip().endswith("?") and not words_of.REVOKES.search(said):
        return False
    is_answer = dialogue.is_asking(dialogue.folded(asked)) and not dialogue.is_about_it(asked)
    is_about = dialogue.is_about_it(words) or (dialogue.is_about_it(offered) and not is_answer)
    return is_about or words_of.REVOKES.search(said) is not None


def _with_what_was_asked(answered: str, asked: str) -> str:
    """Return an offer with the time that it only answers ("Morgen vierzehn Uhr?" – "Ist frei.")."""
    is_short = len(answered.split()) < _SHORT and not dialogue.has_clock(answered)
    is_free = words_of.OFFERS.search(dialogue.folded(answered)) or words_of.ROOM.search(
        dialogue.folded(answered)
    )
    if is_short and is_free and asked.rstrip().endswith("?") and dialogue.has_clock(asked):
        return f"{asked.rstrip(' ?')} ist frei: {answered}"
    return answered


_SHORT = 6  # words


def _is_informed(asked: str, answered: str) -> bool:
    """Whether the agent only answered a question about what stands, the hours or the price."""
    is_side = words_of.ASKS_ABOUT.search(
        dialogue.folded(asked)
    ) is not None and not dialogue.has_clock(asked)
    return (dialogue.asks_what_stands(asked) and not _asks_for_another(asked, answered)) or (
        is_side and not dialogue.asks_for_more(answered)
    )


def _asks_for_another(asked: str, answered: str) -> bool:
    """Whether a caller with an appointment asks what else is free, and is told times."""
    is_asked = words_of.ASKS_FREE.search(dialogue.folded(asked)) is not None
    return is_asked and dialogue.offers_a_time(answered)


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
    said, number = dialogue.heard(words), len(on_table)
    if _makes_sure(said, on_table=on_table):
        return _Open(wish, number, is_taken=True)
    if _takes(said, offered=offered, wish=wish, is_first=before is None):
        if words_of.LEADS_OUT.search(dialogue.folded(offered)):
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
    heard = {
        day.group(0)
        for _, words in on_table
        for day in words_of.DAY.finditer(dialogue.folded(words))
    }
    return (
        bool(days)
        and days <= heard
        and not dialogue.has_clock(said)
        and dialogue.wish_heard(said) is None
    )


def _makes_sure(said: str, *, on_table: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller asks if what was spoken of is done now; the answer is what they go away with."""
    is_asked = said.endswith("?") and words_of.IS_IT_DONE.search(said) is not None
    if not is_asked or words_of.READS_OUT.search(said) or not words_of.BY_NOW.search(said):
        return False
    return any(
        dialogue.has_clock(words) or words_of.DAY.search(dialogue.folded(words))
        for role, words in on_table
        if role == "agent"
    )


def _wish_taken(wish: Wish, offered: str) -> Wish:
    """Return what was wished once an offer is taken: to end or to move what stands, or another time instead of ending."""
    asked = (
        dialogue.wish_heard(dialogue.folded(dialogue.pieces(offered)[-1]))
        if dialogue.pieces(offered)
        else None
    )
    if asked in (Wish.CANCEL, Wish.MOVE):
        return asked
    is_named = words_of.IS_IT_THIS.search(dialogue.folded(offered)) is not None
    return (
        Wish.MOVE if wish == Wish.CANCEL and dialogue.has_clock(offered) and not is_named else wish
    )


def _declines(said: str, *, offered: str) -> bool:
    if words_of.PUTS_OFF.search(said):
        return True
    if _is_offer(offered) and words_of.DISLIKES.search(said):
        return True
    rest = words_of.FITS_NOT.sub(" ", said)
    is_no = words_of.NO.search(said) is not None and not words_of.YES.search(rest)
    return is_no and _is_offer(offered) and not dialogue.has_clock(rest)


def _takes(said: str, *, offered: str, wish: Wish, is_first: bool) -> bool:
    chosen = re.split(r"[.!]\s", said)[0]
    put = _without_refusals(dialogue.folded(offered))
    is_put = _is_offer(put) or (is_first and _is_named(put))
    if not is_put or dialogue.is_asking(chosen) or words_of.THANKS.search(said):
        return False
    is_mere = words_of.MERE_THANKS.search(said) or words_of.APOLOGIES.search(said)
    if is_mere and not (words_of.TAKES.search(said) or dialogue.has_clock(said)):
        return False
    heard = [act for act, _piece in dialogue.acts(offered, wish=wish)]
    if Act.DENIES in heard and not dialogue.has_clock(offered) and heard[-1] == Act.INFORMS:
        return False  # what else the agent told, and no time
    if Act.DOES in heard and heard[-1] != Act.ASKS:
        return False  # it was given already; the caller only says thank you
    return not words_of.SURROUNDINGS.search(dialogue.folded(offered)) or bool(
        words_of.YES.search(said)
    )


def _asks_for(said: str, wish: Wish, *, on_table: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller wants something definite: a day and an hour, or to be rid of what stands."""
    if words_of.PAST.search(said) or words_of.THANKS.search(said):
        return False
    if wish == Wish.BOOK:
        is_open = any(dialogue.has_clock(words) for _, words in on_table)
        is_day = any(
            words_of.DAY.search(dialogue.folded(words))
            for role, words in on_table
            if role == "agent"
        )
        is_definite = (
            dialogue.has_clock(said)
            or (is_open and words_of.OTHER_DAY.search(said))
            or (is_day and words_of.BOOKS.search(said))
        )
        return bool(is_definite) and not words_of.READS_OUT.search(said)
    return any(Wish(each) == wish and shape.search(said) for each, shape in words_of.WISHES)


def _without_refusals(offered: str) -> str:
    """Return folded words without the clauses that only tell what is not ("den um elf kann ich nicht sehen")."""
    return ", ".join(clause for clause in _CLAUSES.split(offered) if not _refuses(clause))


def _refuses(clause: str) -> bool:
    if clause.endswith("?"):
        return False
    said = words_of.COURTESY.sub(" ", clause)
    is_denied = words_of.NOT.search(said) is not None and not words_of.OFFERS.search(said)
    return is_denied or words_of.CANNOT.search(said) is not None


_CLAUSES = re.compile(r"(?:[,;!]|(?<!\d)\.)\s+|\s+(?:aber|dafuer)\s+")


def _is_named(offered: str) -> bool:
    """Whether a time was named without a word of offering it ("Freitag, zehn Uhr, bei Jonas")."""
    offered = words_of.PRICE.sub(" ", offered)
    if any(shape.search(offered) for shape in _NOT_OFFERED):
        return False
    return dialogue.has_clock(offered) or words_of.DAY.search(offered) is not None


_NOT_OFFERED = (
    words_of.STAYS_AS_IT_IS,
    words_of.PAST,
    words_of.SURROUNDINGS,
    words_of.LOOKS,
    words_of.READY,
)


def _is_offer(offered: str) -> bool:
    """Whether the agent had put something definite on the table."""
    if words_of.READY.search(offered):
        return False
    is_about_time = words_of.CLOCK.search(offered) or words_of.DAY.search(offered)
    is_put = offered.endswith("?") or words_of.OFFERS.search(offered)
    return bool(is_about_time and is_put) or words_of.SHALL_I.search(offered) is not None
