"""The folded spelling in which everything is compared: lower case, ae/oe/ue/ss, no other accents."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "’": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "∶": ":",
        "。": ".",
        "｡": ".",
    }
    # What nobody sees: soft hyphens, zero widths, marks of direction, variants of signs.
    | dict.fromkeys(("\u00ad", "\u034f", "\u061c", "\u180e", "\ufeff"))
    | {
        chr(code): None
        for first, last in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F))
        for code in range(first, last + 1)
    }
)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf„–œŸ¤¶¼]")


def fold(text: str) -> str:
    """Return the text in the folded spelling; decomposed and twice-encoded umlauts are put right first."""
    if text.isascii():
        return text.lower()
    if _MOJIBAKE.search(text):
        text = _decoded_again(text)
    text = unicodedata.normalize("NFKC", text.replace("½", " halb ")).lower().translate(_LETTERS)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _decoded_again(text: str) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
