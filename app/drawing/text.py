"""Breaks a label into lines that fit its place, from the usual widths of letters."""

from __future__ import annotations

_WIDTHS = {0.28: "iIjl.,:;'|!", 0.36: "ftr()[]/- ", 0.86: "mwMW%@", 0.7: "ABCDEFGHKNOPQRSUVXYZ&"}
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float) -> float:
    """About how wide `text` is in a plain sans-serif of `size` pixels."""
    return size * sum(_WIDTH.get(letter, 0.56) for letter in text)


def wrap(text: str, width: float, size: float, most: int = 8) -> list[str]:
    """The lines of `text` at most `width` pixels wide; a too long word is broken, what is over `most` is cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _broken(word, width, size)
    if len(lines) > most:
        return [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return lines


def _broken(word: str, width: float, size: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and text_width(parts[-1] + letter, size) > width:
            parts.append("")
        parts[-1] += letter
    return parts
