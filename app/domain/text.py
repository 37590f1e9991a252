"""A sentence for people, always in both languages of the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One message in Indonesian (`id`) and English (`en`); both are complete."""

    id: str
    en: str

    def say(self, lang: str) -> str:
        """The sentence in `lang`; anything but "en" is answered in Indonesian."""
        return self.en if lang == "en" else self.id
