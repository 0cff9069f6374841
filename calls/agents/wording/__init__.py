"""The words of the agents: one module per language, in each the same kinds of text and the same templates."""

from calls.agents.wording import de, en
from calls.agents.wording.words import Words

LANGUAGES: dict[str, Words] = {"de": de.WORDS, "en": en.WORDS}
