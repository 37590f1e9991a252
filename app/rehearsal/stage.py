"""Plays one case by the same rules as real cases, but under a frozen clock and without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bundle.read import Bundle
from app.domain.errors import Invalid, Refusal
from app.domain.limits import Limit
from app.domain.text import Text
from app.engine.instance import Environment, Instance, Wait
from app.engine.trace import EngineStep
from app.forms.form import Form
from app.rules import accusation, assignment, facts, limits
from app.rules.advance import Advance, advance
from app.rules.facts import Candidates
from app.rules.letters import fit_to_send
from app.rules.limits import Past, until
from app.rules.offices import office_of
from app.rules.status_letters import REPORTER, holder_of, letter_of
from app.sdk import Case, Handlers, Outgoing, StartProcess
from app.standard.service import ServiceData
from app.standard.sources import sources_of

TRACKING_ID = "0000000000"
WITHDRAW = "withdraw"
MOST_FIRED = 1_000  # timers of one case: a reminder each working day for four years
FILED = {"origin": "national", "channel": "web"}  # what a complaint filed on the web page has


class Mishap(Refusal):
    """The case did not go as the scenario says."""

    code = "mishap"
    status = 422
    title = Text("Kasus tidak berjalan seperti skenarionya.", "The case did not go as the scenario says.")


@dataclass(frozen=True, slots=True)
class Play:
    """What one case is played with."""

    bundle: Bundle
    service: ServiceData
    handlers: Handlers
    similar: tuple[str, ...] = ()


class Stage:
    """One rehearsed case: it stands at `now`, has a status, and remembers path, flows, due times and messages."""

    def __init__(self, play: Play, start: datetime, data: Mapping[str, Any]) -> None:
        """Start the case with what the reporter filed; Invalid where `data` does not fit the start form's questions."""
        self.play = play
        self.now = self.started = start
        self.status = facts.first_status(play.bundle)
        self.path: list[str] = []  # user tasks in the order in which they opened
        self.route: list[str] = []  # user tasks, events passed and the end
        self.flows: list[str] = []
        self.due: dict[str, datetime] = {}
        self.sent: list[str] = []
        self.letters: list[Outgoing] = []
        self.began: list[str] = []  # keys of the procedures that handlers began
        self.answers: dict[str, Mapping[str, Any]] = {}
        self._entered: dict[str, datetime] = {}  # when each element was last entered
        self._counting: dict[str, tuple[Limit, datetime]] = {}  # limits of open tasks, and from when they count
        self._fired = 0
        self._held_by: str | None = None  # the office responsible after the step before
        self._worker: Text = Text("", "")  # the office whose task was done in this step
        self._answered: tuple[str, Mapping[str, Any]] | None = None  # the form answered in this step
        self._pauses: list[tuple[datetime, datetime]] = []
        self._paused_at: datetime | None = None
        variables = self._filed(data)
        self.instance, step = Instance.start(play.bundle.definition, variables, self.env)
        self._settle([step])

    @property
    def env(self) -> Environment:
        """What expressions may ask at this instant; limits are those of the case's start."""
        calendar = self.play.service.calendar
        day = calendar.local_date(self.started)
        return Environment(self.now, calendar, lambda key: self.play.service.limit(key, day))

    @property
    def end(self) -> str | None:
        """The end event reached; None while the case goes on."""
        return self.instance.ended[-1] if self.instance.completed and self.instance.ended else None

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self._paused_at is not None

    def do(self, element: str, role: str | None, unit: str | None, answers: Mapping[str, Any]) -> None:
        """Complete the open user task `element` as `role`; Mishap when it is not open or not that role's."""
        work = next((work for work in self.instance.open() if work.kind == "user" and work.element == element), None)
        if work is None:
            raise self._unexpected(element)
        wanted = self.asked(element)
        if role is not None and role not in wanted.roles:
            roles = ", ".join(wanted.roles)
            raise _mishap(f"{element} dikerjakan {roles}, bukan {role}", f"{element} is for {roles}, not {role}")
        if unit is not None and unit != wanted.unit:
            raise _mishap(
                f"{element} untuk unit {wanted.unit}, bukan {unit}", f"{element} is for unit {wanted.unit}, not {unit}"
            )
        drawn = self.play.bundle.definition.elements[element]
        variables = self._taken(drawn.form_key, answers)
        self._worker = office_of(self.play.service, self.play.bundle.manifest, wanted.unit, drawn.lane)
        self.step(lambda live: live.complete(work.id, variables, self.env))

    def asked(self, element: str) -> Candidates:
        """Who may do the user task `element` now."""
        return assignment.candidates(
            self.play.bundle, element, self.instance.variables, self._accused, self.play.service
        )

    def send(self, name: str, answers: Mapping[str, Any]) -> None:
        """Send a message into the case, or withdraw it; Mishap when nothing waits for it."""
        manifest = self.play.bundle.manifest
        if name == WITHDRAW and manifest.instance.withdraw:
            rule = manifest.instance.withdraw
            self._taken(rule.form, answers)
            self.step(lambda live: live.cancel(rule.end, self.env))
            return
        wait = next((wait for wait in self.instance.waits() if wait.kind == "message" and wait.name == name), None)
        if wait is None or name not in manifest.messages:
            raise self._unexpected(name)
        variables = self._taken(manifest.messages[name].form, answers)
        self.step(lambda live: live.deliver(wait.id, variables, self.env))

    def wait(self, until: datetime) -> None:
        """Let time pass; every timer fires at its own instant on the way."""
        if until < self.now:
            raise _mishap(f"waktu mundur ke {until}", f"time would go back to {until}")
        while timers := sorted((wait.due, wait.id) for wait in self._timers() if wait.due and wait.due <= until):
            due, timer = timers[0]
            self.now = max(self.now, due)
            self._fire(timer)
        self.now = until

    def _fire(self, timer: str) -> None:
        self._fired += 1
        if self._fired > MOST_FIRED:
            raise _mishap(f"lebih dari {MOST_FIRED} pewaktu berbunyi", f"more than {MOST_FIRED} timers fired")
        self.step(lambda live: live.fire(timer, self.env))

    def later(self, span: str, clock: str) -> datetime:
        """The instant `span` from now, counted on `clock`."""
        return self.play.service.calendar.add(self.now, span, clock).at

    def _timers(self) -> list[Wait]:
        return [wait for wait in self.instance.waits() if wait.kind == "timer"]

    def _filed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        manifest = self.play.bundle.manifest
        known = {name: value for name, value in {**FILED, **data}.items() if name in manifest.variables}
        form = manifest.start_form
        if form is None:
            return known
        questions = self._form(form).by_key
        if strange := sorted(set(data) - set(questions) - set(manifest.variables)):
            raise Invalid(errors={strange[0]: [Text("Isian tidak dikenal.", "Unknown field.")]})
        self.answers[form] = {name: value for name, value in data.items() if name in questions}
        return {**known, **facts.project(self.play.bundle, form, data)}

    def _taken(self, form_key: str | None, answers: Mapping[str, Any]) -> dict[str, Any]:
        if form_key is None:
            return {}
        form = self._form(form_key)
        kept = form.load(answers, sources_of(self.play.service, self.now), self.instance.variables)
        if wrong := accusation.faults(self.play.bundle, self.play.service, form, kept, self._accused):
            raise Invalid(errors=wrong)
        self._answered = form_key, kept
        self.answers.pop(form_key, None)  # the form answered last stands at the end
        self.answers[form_key] = {name: value for name, value in kept.items() if value is not None}
        return dict(facts.project(self.play.bundle, form_key, kept))

    @property
    def _accused(self) -> str | None:
        """The office complained of: as it was named last."""
        named = [str(given[accusation.ACCUSED]) for given in self.answers.values() if given.get(accusation.ACCUSED)]
        return named[-1] if named else None

    @property
    def _confidential(self) -> bool:
        data = self.answers.get(self.play.bundle.manifest.start_form or "", {})
        category = _text(self.instance.variables.get("category"))
        return bool(data.get("is_confidential")) or assignment.starts_confidential(self.play.service, category)

    @property
    def _office(self) -> str | None:
        """The office that is responsible now; of a case that was ended from outside the one that was."""
        variables, lanes = self.instance.variables, self.play.bundle.manifest.lanes.values()
        named = sorted({lane.unit_from for lane in lanes if lane.unit_from})
        return next((str(variables[name]) for name in named if variables.get(name)), self._held_by)

    def _form(self, key: str) -> Form:
        form = self.play.bundle.forms.get(key)
        if form is None:
            raise _mishap(f"formulir {key} tidak ada", f"there is no form {key}")
        return form

    def step(self, change: Callable[[Instance], EngineStep]) -> None:
        """Let the engine take one step, whatever it is, and what follows by itself."""
        self._settle([change(self.instance)])

    def _settle(self, steps: list[EngineStep]) -> None:
        """Run what follows by itself and write down what happened, as a command does after each step."""
        before = dict(self._entered)
        for step in steps:
            self._pass(step)
        ran = advance(self.play.bundle, self.instance, self.env, self.play.handlers, self._case, self._look_at)
        self._refuse_failed(ran)
        self.sent += [message.template for _, message in ran.outgoing]
        for step in ran.steps:
            self._pass(step)
        entered = [element for step in [*steps, *ran.steps] for _, element in step.entered]
        users = [element for element in entered if self.play.bundle.definition.elements[element].kind == "userTask"]
        given = [facts.status_given(self.play.bundle, step, self.instance) for step in [*steps, *ran.steps]]
        self._tell(next(filter(None, reversed(given)), None), users, [message for _, message in ran.outgoing])
        self._held_by = assignment.office_after(self.play.bundle, self._held_by, users, self.instance.variables)
        self._pause()
        self._limit()
        self._open(entered, before)
        self.due.update({wait.element: wait.due for wait in self._timers() if wait.due})
        # Through bytes and back after every step, as a real case goes through the database.
        self.instance = Instance.decode(self.play.bundle.definition, self.instance.encode())

    def _pass(self, step: EngineStep) -> None:
        elements = self.play.bundle.definition.elements
        self.flows += step.flows
        self._entered.update({element: self.now for _, element in step.entered})
        events = [element for _, element in step.left if elements[element].kind.endswith("Event")]
        tasks = [element for _, element in step.entered if elements[element].kind == "userTask"]
        self.path += tasks
        self.route += events + tasks
        if self.end and self.end not in self.route:
            self.route.append(self.end)
        self.status = facts.status_after(self.play.bundle, self.status, step, self.instance)

    def _tell(self, status: str | None, opened: list[str], outgoing: list[Outgoing]) -> None:
        """What tasks say, and the status to the reporter where no task did, as a command does after each step."""
        play, holder = self.play, None
        if opened and not self.instance.completed:
            holder = holder_of(play.bundle, play.service, opened[-1], self.instance.variables, self._accused)
        sent = {message.template for message in outgoing if message.to == REPORTER}
        letter = letter_of(play.bundle, play.service, status, sent, self._worker, holder, self._answered)
        self.letters += [self._as_sent(each) for each in (*outgoing, *([letter] if letter else ()))]
        self._worker, self._answered = Text("", ""), None

    def _as_sent(self, message: Outgoing) -> Outgoing:
        """A letter with what every letter carries, as it leaves the house."""
        about = {"unit": self._office, "category": _text(self.instance.variables.get("category"))}
        fields = {"tracking_id": TRACKING_ID, "status": self.status}
        fields |= {name: value for name, value in about.items() if value} | dict(message.fields)
        template = self.play.service.templates.get(message.template)
        return Outgoing(message.template, message.to, fit_to_send(fields, template, self._confidential))

    def _pause(self) -> None:
        stands = not self.instance.completed and limits.stands_still(self.play.bundle, self.status)
        if stands and self._paused_at is None:
            self._paused_at = self.now
        elif not stands and self._paused_at is not None:
            self._pauses.append((self._paused_at, self.now))
            self._paused_at = None
            self._resume()

    def _resume(self) -> None:
        """What is still open is due later."""
        waiting = {work.element for work in self.instance.open()}
        for element, (limit, start) in self._counting.items():
            if element in waiting:
                self.due[element] = limits.due_from(limit, self.env.calendar, start, self._pauses).at

    def _open(self, entering: list[str], before: Mapping[str, datetime]) -> None:
        past = Past(self.started, before, tuple(self._pauses))
        for element in entering:
            if self.play.bundle.definition.elements[element].kind != "userTask":
                continue
            key = limits.key_of_task(self.play.bundle, element)
            if key is not None:
                limit = self._known(key)
                counted = limits.of_task(limit, self.env.calendar, past, element, self.now, entering)
                self._counting[element], self.due[element] = (limit, counted.start), counted.due.at

    def _limit(self) -> None:
        if self.instance.completed:
            return  # nothing is due in a case that has ended
        key = limits.key_of_case(self.play.bundle, self.instance.variables)
        if key is not None:
            past = Past(self.started, {}, tuple(self._pauses))
            self.due["instance"] = limits.of_case(self._known(key), self.env.calendar, past).due.at

    def _known(self, key: str) -> Limit:
        try:
            return self.env.limit(key)
        except KeyError:
            raise _mishap(f"batas waktu {key} tidak ada", f"there is no limit {key}") from None

    def _case(self, live: Instance) -> Case:
        data, variables = self.answers.get(self.play.bundle.manifest.start_form or "", {}), live.variables
        unit = self._office
        return Case(
            tracking_id=TRACKING_ID,
            title="" if self._confidential else str(data.get("title") or ""),
            category=_text(variables.get("category")),
            kelurahan=_text(variables.get("kelurahan")),
            unit=unit,
            status=self.status,
            channel=str(variables.get("channel") or FILED["channel"]),
            variables=variables,
            answers=self.answers,
            now=self.now,
            due=self.due.get("instance"),
            unit_name=self.play.service.units[unit].name.id if unit and unit in self.play.service.units else None,
            similar=self.play.similar,
            until=until(self.env, lambda _limit: Past(self.started, self._entered, tuple(self._pauses))),
        )

    def _look_at(self, start: StartProcess) -> None:
        """A rehearsal knows one procedure only: that another one begins is noted, whatever it is."""
        self.began.append(start.key)

    def _refuse_failed(self, ran: Advance) -> None:
        for work, error in ran.failed:
            raise _mishap(f"tugas layanan {work.topic} gagal: {error}", f"the handler of {work.topic} failed: {error}")

    def _unexpected(self, what: str) -> Mishap:
        waiting = [work.element for work in self.instance.open()]
        waiting += [(wait.name if wait.kind == "message" else None) or wait.element for wait in self.instance.waits()]
        listed = ", ".join(waiting) or "-"
        return _mishap(f"{what} tidak ditunggu; ditunggu: {listed}", f"nothing waits for {what}; waiting: {listed}")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _mishap(id_: str, en: str) -> Mishap:
    return Mishap(Text(f"{id_}.", f"{en}."))
