"""Writes small decision tables for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from app.domain.findings import Finding
from app.engine.decisions.decision import findings, read_decision

START = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'
Input = tuple[str, str]  # expression, kind


def table(
    inputs: Sequence[Input],
    rows: Sequence[Sequence[str]],
    policy: str = "UNIQUE",
    *,
    output: str = "string",
    values: str = "",
    default: str = "",
    more: str = "",
    aggregation: str = "",
    input_values: Sequence[str] = (),
) -> bytes:
    """A DMN file with one table: the last cell of each row is the output `unit`."""
    columns = "".join(_input(number, each, input_values) for number, each in enumerate(inputs))
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    drawn = "".join(_rule(number, row) for number, row in enumerate(rows))
    collected = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'{START}{more}<decision id="where" name="Where">'
        f'<decisionTable id="t" hitPolicy="{policy}"{collected}>{columns}'
        f'<output id="o" name="unit" typeRef="{output}">{allowed}{otherwise}</output>{drawn}'
        "</decisionTable></decision></definitions>"
    ).encode()


def decide(data: bytes, **variables: Any) -> Any:
    """What the table gives for these values."""
    found: Mapping[str, Any] = read_decision(data).decide(variables, {})
    return found["unit"]


def rules(data: bytes) -> list[str]:
    """Names of the findings, in their order."""
    return [finding.rule for finding in findings(data, "where.dmn")]


def only(data: bytes, rule: str) -> Finding:
    """The one finding of this rule."""
    (found,) = [finding for finding in findings(data, "where.dmn") if finding.rule == rule]
    return found


def _input(number: int, each: Input, values: Sequence[str]) -> str:
    listed = f"<inputValues><text>{escape(values[number])}</text></inputValues>" if number < len(values) else ""
    return (
        f'<input id="i{number}"><inputExpression typeRef="{each[1]}"><text>{escape(each[0])}</text></inputExpression>'
        f"{listed}</input>"
    )


def _rule(number: int, row: Sequence[str]) -> str:
    *asked, answer = (escape(cell) for cell in row)
    cells = "".join(
        f'<inputEntry id="c{number}_{at}"><text>{cell}</text></inputEntry>' for at, cell in enumerate(asked)
    )
    return f'<rule id="r{number}">{cells}<outputEntry id="a{number}"><text>{answer}</text></outputEntry></rule>'
