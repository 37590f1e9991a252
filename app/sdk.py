"""All that a city's own tasks may use: the case they look at, and the result they give back."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

Scalar = str | int | float | bool | None

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TOPIC = "__alur_topic__"


@dataclass(frozen=True, slots=True)
class Case:
    """What a handler may know of one case, all of it free of personal data.

    `answers` holds the latest answers of each form by its key, the form answered last at the end; `unit` is the office
    now responsible (`unit_name` its full name), `due` the end of the case's own limit or None, `similar` the tracking
    ids of open cases that look alike.
    `until` tells when a limit of the policy would end if it began now, or None for a key that is not in the policy.
    """

    tracking_id: str
    title: str
    category: str | None
    kelurahan: str | None
    unit: str | None
    status: str
    channel: str
    variables: Mapping[str, Scalar]
    answers: Mapping[str, Mapping[str, Any]]
    now: datetime
    due: datetime | None = None
    unit_name: str | None = None
    similar: tuple[str, ...] = ()
    until: Callable[[str], datetime | None] = lambda _: None

    @property
    def latest(self) -> str:
        """The form that was answered last; empty where none was."""
        return next(reversed(list(self.answers)), "")

    def deadline(self, key: str) -> str:
        """The end of a limit that begins now, as an instant in ISO 8601; empty for an unknown key."""
        end = self.until(key)
        return "" if end is None else end.isoformat()

    def answer(self, form: str, field: str) -> str:
        """The latest answer to one field as text; empty when the form or the field was not filled in."""
        value = self.answers.get(form, _NOTHING).get(field)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent: the template's name, the addressee and the values for the template.

    `to` is "reporter", "role:<role>" or "unit:<code>"; the address itself is looked up when the message is sent.
    """

    template: str
    to: str
    fields: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class StartProcess:
    """Another procedure, by its key, that begins with this step: in the same transaction, or not at all.

    `answers` are those of its start form; `message` names the start where the procedure can begin in several ways.
    """

    key: str
    answers: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a handler did: decision variables to set (declared in the manifest), messages to send, cases to begin."""

    variables: Mapping[str, Scalar] = field(default_factory=lambda: _NOTHING)
    outgoing: tuple[Outgoing, ...] = ()
    starts: tuple[StartProcess, ...] = ()


Handler = Callable[[Case], Result]
Handlers = Mapping[str, Handler]


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Mark a function as the handler of a service task's topic. It must be pure: no files, no network, no clock."""

    def mark(function: Handler) -> Handler:
        setattr(function, _TOPIC, topic)
        return function

    return mark


def handlers_of(package: str) -> Handlers:
    """Topic -> handler for every marked function in the modules of `package`.

    Raises ImportError when there is no such package and ValueError when two handlers claim one topic.
    """
    found: dict[str, Handler] = {}
    root = importlib.import_module(package)
    if not hasattr(root, "__path__"):
        raise ImportError(f"{package!r} is not a package")
    for info in pkgutil.iter_modules(root.__path__, prefix=f"{package}."):
        module = importlib.import_module(info.name)
        for function in vars(module).values():
            if getattr(function, "__module__", None) != module.__name__ or not hasattr(function, _TOPIC):
                continue
            topic = getattr(function, _TOPIC)
            if topic in found:
                raise ValueError(f"two handlers for the topic {topic!r}")
            found[topic] = function
    return MappingProxyType(found)
