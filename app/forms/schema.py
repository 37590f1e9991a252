"""Turns a form into a marshmallow schema, so that pages and REST check answers by the very same rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, missing, pre_load
from marshmallow import fields as marshmallow_fields

from app.domain.identity import Unfit
from app.domain.text import Text
from app.forms.fields import Field, Sources
from app.forms.values import blank, read_value

if TYPE_CHECKING:
    from app.forms.form import Form

MOST_NAMES = 500
REQUIRED = Text("Bagian ini perlu diisi.", "This needs an answer.")
UNKNOWN = Text("Isian ini tidak ada di formulir.", "The form has no such field.")
NOT_A_FORM = Text("Kirim isian formulir sebagai nama dan nilai.", "Send the answers as names and values.")
TOO_MANY = Text("Isiannya terlalu banyak.", "There are too many fields.")


class Answer(marshmallow_fields.Field[Any]):
    """One question; whether it is asked at all depends on the other answers, which its schema has looked at before."""

    def __init__(self, question: Field) -> None:
        super().__init__(data_key=question.key, attribute=question.key, allow_none=True)
        self.question = question

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The answer as kept, `missing` when the question is not asked; raises ValidationError."""
        schema = self.parent
        assert isinstance(schema, FormSchema)
        needed = schema.asked.get(self.question.key)
        if needed is None:
            return missing
        try:
            kept = read_value(self.question, None if value is missing else value, schema.sources)
        except Unfit as unfit:
            raise ValidationError([unfit.text]) from None
        if needed and (blank(kept) or (kept is False and self.question.type == "checkbox")):
            raise ValidationError([self.question.message or REQUIRED])
        return kept


class FormSchema(Schema):
    """The questions of one form with the lists and variables of one case."""

    form: ClassVar[Form]
    sources: Sources
    variables: Mapping[str, Any]
    error_messages: dict[str, Any] = {
        "unknown": UNKNOWN,
        "type": NOT_A_FORM,
    }

    class Meta:
        """A field that the form does not have is refused, never dropped: it may be an attempt to set a status."""

        unknown = RAISE

    asked: dict[str, bool]  # key -> whether it must be answered; hidden questions are not in it

    @pre_load
    def look(self, data: Any, **_: Any) -> Any:
        """Find out which questions are asked before any answer is read."""
        self.asked = {}
        if not isinstance(data, Mapping):
            return data
        if len(data) > MOST_NAMES:
            raise ValidationError({"": [TOO_MANY]})
        self.asked = self.form.asked(data, self.sources, self.variables)
        return data


def schema_of(form: Form, sources: Sources, variables: Mapping[str, Any]) -> type[FormSchema]:
    """The schema class. Its attributes are numbered, so that no question's key can ever replace a method."""
    answers: dict[str, Any] = {f"answer_{number}": Answer(each) for number, each in enumerate(form.questions)}
    facts = {"form": form, "sources": sources, "variables": variables}
    return type("AnswersOf" + form.key.title().replace("_", ""), (FormSchema,), {**answers, **facts})


def sentences(messages: Any) -> list[Text]:
    """All sentences in marshmallow's nest of lists."""
    if isinstance(messages, Text):
        return [messages]
    if isinstance(messages, Mapping):
        return [text for each in messages.values() for text in sentences(each)]
    if isinstance(messages, list | tuple):
        return [text for each in messages for text in sentences(each)]
    return [Text(str(messages), str(messages))]
