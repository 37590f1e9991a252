"""Connects the library's script engine to our safe expressions, so that nothing in a diagram is ever run as Python."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine

from app.engine.environment import Environment, functions
from app.engine.expressions.expression import compile_expression, compile_script
from app.engine.trace import Trace
from app.engine.variables import scalars

# The library puts all task data into the extras of its log records at level INFO.
for _name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class ScriptEngine(PythonScriptEngine):  # type: ignore[misc]
    """The script engine of one running instance: evaluates for the environment of the present step."""

    env: Environment
    functions: Mapping[str, Callable[..., Any]]

    def __init__(self, trace: Trace) -> None:
        super().__init__(environment=NoPython())
        self.trace = trace

    def set_environment(self, env: Environment) -> None:
        """Use this instant, calendar and limits for the next step."""
        self.env = env
        self.functions = functions(env, self.trace.returns)

    def validate(self, expression: str) -> None:
        """Raises when the expression does not compile."""
        compile_expression(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """The value of an expression over the task's data; raises ExpressionError."""
        return compile_expression(expression).evaluate(task.data, self.functions)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        """Run a script task: its assigned names become data of the task, simple values only."""
        task.data.update(scalars(compile_script(script).execute(task.data, self.functions)))
        return True


class NoPython(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """In the place where the library would run Python; its inherited methods raise."""
