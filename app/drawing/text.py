"""Breaks a label into lines that fit its place, from the widths of letters."""

from __future__ import annotations

# In DejaVu Sans, the widest font that a drawing may have to do with: what fits in it fits in every other.
_WIDTHS = {
    0.3: "'IJijl", 0.35: " ,./:;\\f|", 0.4: "!()-[]t", 0.45: '"r', 0.5: "*_`", 0.55: "?Lcsz", 0.6: "FPkvxy",
    0.7: "ABCRVXZ", 0.75: "HNU", 0.8: "&DGOQ", 0.85: "#+<=>^w~", 0.9: "M", 1.0: "%@Wm…",
}  # fmt: skip
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_BOLDER = 1.15  # how much wider heavy letters are
LEAST = 11.0  # pixels; smaller letters are not read
ROUNDING = 1e-6  # widths that are added letter by letter differ so little from that of the line
STEP = 1.2  # from line to line, in sizes


def text_width(text: str, size: float, weight: int = 400) -> float:
    """How wide `text` gets at most in a plain sans-serif of `size` pixels."""
    return size * (_BOLDER if weight > 500 else 1) * sum(_WIDTH.get(letter, 0.65) for letter in text)


def wrap(text: str, width: float, size: float, most: int = 8, weight: int = 400) -> list[str]:
    """The lines of `text` at most `width` pixels wide; a too long word is broken, what is over `most` is cut."""
    lines: list[str] = []
    used, space = 0.0, text_width(" ", size, weight)
    for word in text.split():
        more = text_width(word, size, weight)
        if lines and used + space + more <= width - ROUNDING:
            lines[-1] += f" {word}"
            used += space + more
        else:
            lines += _broken(word, width, size, weight)
            used = text_width(lines[-1], size, weight)
        if len(lines) > most:
            break  # what is cut off need not be measured
    if len(lines) > most:
        return [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return lines


def fit(text: str, width: float, height: float, size: float, weight: int = 400) -> tuple[float, list[str]]:
    """The size and lines in which `text` stays in its place: smaller where it must be, cut where that is not enough."""
    while size > LEAST and not _fits(text, width, height, size, weight):
        size -= 0.5
    return size, wrap(text, width, size, max(1, int(height / (size * STEP))), weight)


def _fits(text: str, width: float, height: float, size: float, weight: int) -> bool:
    whole = all(text_width(word, size, weight) <= width for word in text.split())
    return whole and len(wrap(text, width, size, 1000, weight)) * size * STEP <= height


def _broken(word: str, width: float, size: float, weight: int) -> list[str]:
    parts, used = [""], 0.0
    for letter in word:
        more = text_width(letter, size, weight)
        if parts[-1] and used + more > width - ROUNDING:
            parts.append("")
            used = 0.0
        parts[-1] += letter
        used += more
    return parts
