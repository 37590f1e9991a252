"""How a condition or script is refused: at which column, and why, in both languages."""

from __future__ import annotations

from typing import ClassVar

from app.domain.errors import Refusal
from app.domain.text import Text


class ExpressionError(Refusal):
    """The expression cannot be read or computed; `column` counts from 1, None where no place is known."""

    code: ClassVar[str] = "expression-error"
    status: ClassVar[int] = 422
    title: ClassVar[Text] = Text("Rumus tidak dapat dihitung.", "The expression cannot be computed.")

    def __init__(self, column: int | None, message: Text) -> None:
        self.column = column
        super().__init__(message, column=column)


class UnsafeExpression(ExpressionError):
    """The expression uses something that diagrams may not use, so it is never run."""

    code: ClassVar[str] = "unsafe-expression"
    title: ClassVar[Text] = Text(
        "Rumus memakai sesuatu yang tidak diizinkan.", "The expression uses something that is not allowed."
    )
