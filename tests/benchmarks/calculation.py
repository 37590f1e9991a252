"""What one condition and one calculation of the working calendar cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.engine.expressions.expression import compile_expression
from app.standard.service import read_service
from tests.benchmarks.measure import Figure, at_most, microseconds_each
from tests.benchmarks.world import MONDAY, ROOT


def figures() -> Iterator[Figure]:
    """Microseconds each."""
    condition = compile_expression("${within_authority == true && category != 'lainnya'}")
    values = {"within_authority": True, "category": "jalan"}
    yield at_most("condition", microseconds_each(lambda: condition.evaluate(values, {}), 20_000), "us", 5)
    calendar = read_service(ROOT / "processes" / "service").calendar
    for name, span in (("1 hour", timedelta(hours=1)), ("60 working days", timedelta(hours=360))):
        cost = microseconds_each(lambda span=span: calendar.add_working_time(MONDAY, span), 5_000)  # type: ignore[misc]
        yield at_most(f"calendar: add {name}", cost, "us", 5)
    end = MONDAY + timedelta(days=90)
    cost = microseconds_each(lambda: calendar.working_time_between(MONDAY, end), 5_000)
    yield at_most("calendar: working time in 90 days", cost, "us", 5)
    yield at_most(
        "calendar: 14 working days", microseconds_each(lambda: calendar.add_working_days(MONDAY, 14), 5_000), "us", 5
    )
