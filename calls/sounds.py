"""How a German name sounds: Kölner Phonetik. A help for telling apart people who are known already, never an identity.

Source: Hans Joachim Postel, "Die Kölner Phonetik" (IBM-Nachrichten 19, 1969), as tabulated in the German Wikipedia.
"""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})
_PLAIN = dict.fromkeys("aeijouy", "0") | {
    "b": "1", "f": "3", "v": "3", "w": "3", "g": "4", "k": "4", "q": "4",
    "l": "5", "m": "6", "n": "6", "r": "7", "s": "8", "z": "8",
}  # fmt: skip
_NOT_A_LETTER = re.compile(r"[^a-z]")


@lru_cache(maxsize=4096)
def code(name: str) -> str:
    """Return the code of one word: Meyer, Maier and Mayr have the same."""
    lower = unicodedata.normalize("NFC", name).lower().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    letters = _NOT_A_LETTER.sub("", plain)
    digits = [_digits(letters, position) for position in range(len(letters))]
    return _without_vowels(_once(digits))


def _digits(letters: str, position: int) -> str:
    letter = letters[position]
    before = letters[position - 1] if position else ""
    after = letters[position + 1] if position + 1 < len(letters) else ""
    if letter in _PLAIN:
        return _PLAIN[letter]
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        return _c(before, after)
    return ""  # the silent h


def _c(before: str, after: str) -> str:
    if not before:
        return "4" if after and after in "ahkloqrux" else "8"
    if before in "sz":
        return "8"
    return "4" if after and after in "ahkoqux" else "8"


def _once(digits: list[str]) -> str:
    """Join the digits; of equal neighbours one stays. The silent h separates nothing."""
    code = ""
    for digit in "".join(digits):
        if not code or code[-1] != digit:
            code += digit
    return code


def _without_vowels(code: str) -> str:
    return code[:1] + code[1:].replace("0", "")
