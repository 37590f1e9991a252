"""Turns the spellings of other modelers (`${...}`, `&&`, `eq`, `null`, FEEL's leading `=`) into one notation."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError, UnsafeExpression

MAX_CHARACTERS = 2_000
WORDS = {
    "null": "None", "true": "True", "false": "False",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
KEYWORDS = ("and", "or", "not", "in", "is", "if", "elif", "else", "return")
SIGNS = {"&&": " and ", "||": " or ", "!": "not "}
# Longest first: a sign must never be cut in two, and a text is one token whatever stands in it.
TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<comment>\#[^\n]*)
      | (?P<sign>&&|\|\||[=!<>:]=|!|=)
      | (?P<break>\r\n|[\r\n])
      | (?P<other>[ -~\t])""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"""\\(?![\\'"nt])""")
# Python would silently make one text of the two; in a list it is a forgotten comma.
SIDE_BY_SIDE = Text(
    "Ada koma atau tanda yang kurang di antara dua teks.", "A comma or sign is missing between two texts."
)


@dataclass(frozen=True, slots=True)
class Source:
    """The text in one notation, with the way back from its columns to the columns that the person typed."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def column(self, offset: int) -> int:
        """The column (from 1) in the original text of `offset` in the translated text."""
        place = max(0, bisect_right(self.starts, offset) - 1)
        return (self.origins[place] + 1) if self.origins else 1


def translate(text: str, script: bool = False) -> Source:
    """The expression (or script) in Python's notation; raises `ExpressionError` for what can never be read."""
    if len(text) > MAX_CHARACTERS:
        raise UnsafeExpression(MAX_CHARACTERS, too_long(len(text)))
    start, end = (0, len(text)) if script else _inside(text)
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length, place, before = 0, start, ""
    calls: list[bool] = []  # for each open bracket, whether it holds the arguments of a function
    while place < end:
        token = TOKEN.match(text, place, end)
        if token is None:
            raise _unreadable(text, place)
        if token.lastgroup == "text" and before == "text":
            raise ExpressionError(place + 1, SIDE_BY_SIDE)
        if token[0] in "([":
            calls.append(before == "name")
        elif token[0] in ")]" and calls:
            calls.pop()
        piece = _piece(token, script, not (calls and calls[-1]))
        before = before if token[0].isspace() else _role(token)
        pieces.append(piece)
        starts.append(length)
        origins.append(place)
        length += len(piece)
        place = token.end()
    return Source("".join(pieces), tuple(starts), tuple(origins))


def _inside(text: str) -> tuple[int, int]:
    """Where the expression stands within blanks, `${...}` or after FEEL's `=`."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    inner = text[start:end]
    if inner[:2] in ("${", "#{") and inner.endswith("}"):
        start, end = start + 2, end - 1
    elif inner[:1] == "=" and inner[1:2] != "=":
        start += 1
    start += len(text[start:end]) - len(text[start:end].lstrip())
    if start >= end:
        raise ExpressionError(1, Text("Rumusnya kosong.", "The expression is empty."))
    return start, end


def _role(token: re.Match[str]) -> str:
    """What the next token must know about this one: whether it is a text, or a name that may be called."""
    if token.lastgroup == "word":
        return "" if token[0] in KEYWORDS else "name"
    return token.lastgroup or ""


def _piece(token: re.Match[str], script: bool, equality: bool) -> str:
    """What one token becomes; a single `=` means equality, except in scripts and named arguments."""
    kind, value = token.lastgroup, token[0]
    if kind == "text":
        return _checked_text(token)
    if kind == "word":
        return WORDS.get(value, value)
    if kind == "sign":
        return "==" if value == "=" and equality and not script else SIGNS.get(value, value)
    if kind == "break":
        return "\n" if script else " "
    if kind == "comment":
        if script:
            return ""
        raise ExpressionError(
            token.start() + 1, Text("Tanda # tidak dikenal di sini.", "The sign # has no place here.")
        )
    if value == "\\":
        raise UnsafeExpression(
            token.start() + 1, Text("Garis miring terbalik tidak diizinkan.", "A backslash is not allowed.")
        )
    return value


def _checked_text(token: re.Match[str]) -> str:
    """A quoted text; prefixes such as f"" and unknown escapes would change what is read, so they are refused."""
    before = token.string[token.start() - 1 : token.start()]
    if before.isalnum() or (before and before in "_\"'"):
        raise UnsafeExpression(
            token.start() + 1,
            Text(
                "Tanda kutip harus berdiri sendiri, tanpa huruf di depannya.",
                "A quote must stand alone, without a letter before it.",
            ),
        )
    wrong = ESCAPE.search(re.sub(r"\\\\", "  ", token[0]))
    if wrong:
        raise UnsafeExpression(
            token.start() + wrong.start() + 1,
            Text("Tanda \\ di dalam teks tidak dikenal.", "This use of \\ inside a text is not known."),
        )
    return token[0]


def too_long(length: int) -> Text:
    return Text(
        f"Rumus terlalu panjang: {length} karakter, paling banyak {MAX_CHARACTERS}.",
        f"The expression is too long: {length} characters, at most {MAX_CHARACTERS}.",
    )


def _unreadable(text: str, place: int) -> ExpressionError:
    sign = text[place]
    if sign in "\"'":
        return ExpressionError(place + 1, Text("Tanda kutip tidak ditutup.", "A quote is not closed."))
    if sign in "\u201c\u201d\u201e\u2018\u2019":
        return UnsafeExpression(
            place + 1,
            Text(
                'Pakailah tanda kutip lurus ("), bukan tanda kutip miring.', 'Use straight quotes ("), not curly ones.'
            ),
        )
    return UnsafeExpression(
        place + 1,
        Text(
            f"Huruf {sign!a} tidak diizinkan di luar teks berkutip.",
            f"The character {sign!a} is not allowed outside a quoted text.",
        ),
    )
