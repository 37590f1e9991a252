"""A sentence for people, always in both languages of the service."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")  # in texts of the content: the name of what is put in


@dataclass(frozen=True, slots=True)
class Text:
    """One message in Indonesian (`id`) and English (`en`); both are complete."""

    id: str
    en: str

    def say(self, lang: str) -> str:
        """The sentence in `lang`; anything but "en" is answered in Indonesian."""
        return self.en if lang == "en" else self.id

    def __format__(self, spec: str) -> str:
        """A sentence is said in one language; put whole into another sentence it would show itself as an object."""
        raise TypeError("say the text in one language before it becomes part of a sentence")
