"""A gateway without a default flow must have a true condition in every case, or the process gets stuck there."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import deciding_flows
from app.engine.check.model import Diagram, Edge, Neighbours, Node
from app.engine.expressions.expression import Expression, ExpressionError, compile_expression
from app.engine.expressions.kinds import Impossible, kind_of
from app.engine.expressions.text import translate
from app.engine.expressions.tree import parsed

MAX_CASES = 4_096
MAX_TRIALS = 50_000  # cases times conditions
OTHER_TEXT = "\u2026"  # stands for every text that no condition names
Answers = Mapping[str, Collection[Any]]
Key = tuple[str, Any]  # ("", variable) or (function, its argument)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Gateways that may find no way, and conditions that are never true."""
    for node in diagram.each("exclusiveGateway", "inclusiveGateway"):
        flows = [(edge, expression) for edge in deciding_flows(node) if (expression := _readable(edge)) is not None]
        if flows and len(flows) == len(deciding_flows(node)):
            yield from _gateway(diagram, node, flows, bundle.answers)


def _gateway(diagram: Diagram, node: Node, flows: list[tuple[Edge, Expression]], answers: Answers) -> Iterator[Finding]:
    cases = list(itertools.islice(_cases([expression for _, expression in flows], answers), MAX_CASES + 1))
    known = len(cases) <= MAX_CASES and len(cases) * len(flows) <= MAX_TRIALS
    truths = [[_true(expression, case) for case in cases] for _, expression in flows] if known else []
    if node.xml.get("default") is None and not (known and all(any(column) for column in zip(*truths, strict=True))):
        uncovered = next((case for number, case in enumerate(cases) if not any(t[number] for t in truths)), {})
        certain = known and len(uncovered) == 1 and uncovered.keys() <= {("", name) for name in answers}
        yield (diagram.error if certain else diagram.warning)(
            node,
            "gateway-no-default",
            Text(
                f"Gerbang {node.label} tidak punya jalur bawaan, dan bisa jadi tidak ada syarat yang benar"
                f"{_example(uncovered, 'id')}: proses akan macet.",
                f"The gateway {node.label} has no default flow, and it may be that no condition is true"
                f"{_example(uncovered, 'en')}: the process would get stuck.",
            ),
            Text("Jadikan salah satu panah jalur bawaan.", "Make one of the arrows the default flow."),
        )
    for (edge, expression), truth in zip(flows, truths, strict=False):
        if not any(truth) and _has_telling_cases(expression):
            yield diagram.warning(
                edge,
                "condition-never-true",
                Text(
                    f"Syarat “{edge.condition}” tidak pernah benar.", f"The condition “{edge.condition}” is never true."
                ),
                Text("Periksa syaratnya.", "Check the condition."),
            )


def _has_telling_cases(expression: Expression) -> bool:
    """Whether the cases stand for all answers: not where texts are joined or parts of a value are looked at."""
    tree = parsed(translate(expression.text), "eval")
    return not any(
        isinstance(node, ast.Subscript | ast.Attribute)
        or (isinstance(node, ast.BinOp) and (_is_text(node.left) or _is_text(node.right)))
        for node in ast.walk(tree)
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _readable(edge: Edge) -> Expression | None:
    try:
        kind = kind_of(edge.condition or "", {})
        return compile_expression(edge.condition or "") if kind in ("truth", None) else None
    except (ExpressionError, Impossible):
        return None  # reported with all other expressions


def _true(expression: Expression, case: Mapping[Key, Any]) -> bool:
    variables = {name: value for (function, name), value in case.items() if not function}
    functions = {function: _answering(function, case) for function, _ in case if function}
    try:
        return bool(expression.evaluate(variables, functions))
    except ExpressionError:
        return False


def _answering(function: str, case: Mapping[Key, Any]) -> Any:
    return lambda *given: case[function, given[0] if given else None]


def _cases(expressions: list[Expression], answers: Answers) -> Iterator[dict[Key, Any]]:
    """One case for each way in which the values can lie to the constants that they are compared with.

    A variable that is answered by a choice has only the values offered there.
    """
    constants: dict[Key, set[Any]] = {}
    for expression in expressions:
        tree = parsed(translate(expression.text), "eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Call):
                constants.setdefault(_key(node), set())
            if isinstance(node, ast.Compare):
                _note(node, constants)
    called = {function for function, _ in constants if function}
    keys = [key for key in constants if key[0] or key[1] not in called]
    samples = [
        list(answers[name]) if not function and name in answers else _samples(constants[function, name])
        for function, name in keys
    ]
    for values in itertools.product(*samples):
        yield dict(zip(keys, values, strict=True))


def _key(node: ast.expr) -> Key:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        argument = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        return node.func.id, argument
    return "", getattr(node, "id", "")


def _note(node: ast.Compare, constants: dict[Key, set[Any]]) -> None:
    sides = [node.left, *node.comparators]
    values: set[Any] = set()
    for side in sides:
        for part in side.elts if isinstance(side, ast.List | ast.Tuple) else [side]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str | int | float | bool | None):
                values.add((type(part.value), part.value))
        if isinstance(side, ast.BinOp):  # a sum is compared: its numbers count like those it is compared with
            numbers = (part.value for part in ast.walk(side) if isinstance(part, ast.Constant))
            values |= {(type(number), number) for number in numbers if isinstance(number, int | float)}
    for side in sides:
        for asked in ast.walk(side) if isinstance(side, ast.BinOp) else (side,):
            if isinstance(asked, ast.Name | ast.Call):
                constants.setdefault(_key(asked), set()).update(values)


def _samples(constants: set[Any]) -> list[Any]:
    """Values that stand for all values: the constants themselves, one between each two, and one outside."""
    values = [value for _, value in constants]
    numbers = sorted({value for kind, value in constants if kind in (int, float)})
    texts = sorted(value for kind, value in constants if kind is str)
    found: list[Any] = list(numbers)
    if numbers:
        found += [numbers[0] - 1, *((a + b) / 2 for a, b in itertools.pairwise(numbers)), numbers[-1] + 1]
    found += [*texts, OTHER_TEXT] if texts else []
    if not found or any(isinstance(value, bool) for value in values):
        found += [True, False]
    return found + ([None] if None in values else [])


def _example(case: Mapping[Key, Any], lang: str) -> str:
    shown = [(name if not function else f"{function}({name!r})", value) for (function, name), value in case.items()]
    if not shown or len(shown) > 3:
        return ""
    other = "lain" if lang == "id" else "anything else"
    empty = "kosong" if lang == "id" else "empty"
    named = {OTHER_TEXT: other, None: empty}
    words = ", ".join(f"{name} = {named.get(value, value)}" for name, value in shown)
    return f" ({words})"
