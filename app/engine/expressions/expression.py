"""Computes the conditions, timers and small scripts of diagrams, and refuses everything that is not plain reckoning."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from textwrap import dedent
from typing import Any

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError, UnsafeExpression
from app.engine.expressions.functions import Functions, Signature
from app.engine.expressions.operators import GUARDS
from app.engine.expressions.script_tree import Statements
from app.engine.expressions.text import translate
from app.engine.expressions.tree import Rewriter, parsed

__all__ = ["Expression", "ExpressionError", "Script", "UnsafeExpression", "compile_expression", "compile_script"]

CACHE_SIZE = 4_096


class Signatures(dict[str, Signature]):
    """Functions by name, the same for ever, so that what was compiled with them can be kept."""

    def __hash__(self) -> int:  # type: ignore[override]
        """Of the names alone: a name always stands for one function."""
        return hash(frozenset(self))


NO_MORE = Signatures()
FAILURES = (TypeError, ValueError, LookupError, ArithmeticError, RecursionError)
Calls = tuple[tuple[str, Any], ...]
Run = Callable[[Mapping[str, Any], Functions], Any]


class Expression:
    """A compiled expression: `names` are its free variables, `calls` its functions with their literal argument."""

    __slots__ = ("calls", "constant", "names", "run", "text")

    def __init__(self, text: str, run: Run, names: frozenset[str], calls: Calls) -> None:
        self.text = text
        self.names = names
        self.calls = calls
        self.constant = not names and not calls
        self.run = run

    def evaluate(self, variables: Mapping[str, Any], functions: Functions) -> Any:
        """The value; raises `ExpressionError` where a variable is missing or the values do not fit."""
        try:
            return self.run(variables, functions)
        except FAILURES as error:
            raise _failed(self.text, self.names, variables, error) from None


class Script:
    """A compiled script: `assigned` are the names it may set, `names` the variables it needs beforehand."""

    __slots__ = ("_run", "assigned", "calls", "names", "text")

    def __init__(self, text: str, run: Run, names: frozenset[str], assigned: frozenset[str], calls: Calls) -> None:
        self.text = text
        self.names = names
        self.assigned = assigned
        self.calls = calls
        self._run = run

    def execute(self, variables: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
        """The values of the assigned names after the script; `variables` itself is left as it is."""
        scope = dict(variables)
        try:
            self._run(scope, functions)
        except FAILURES as error:
            raise _failed(self.text, self.names, scope, error) from None
        return {name: scope[name] for name in self.assigned if name in scope}


@lru_cache(maxsize=CACHE_SIZE)
def compile_expression(text: str, more: Signatures = NO_MORE) -> Expression:
    """The expression, compiled once; raises `UnsafeExpression` or `ExpressionError` with the column of the fault.

    `more` are functions that may be called besides those of every diagram.
    """
    source = translate(text)
    tree = parsed(source, "eval")
    assert isinstance(tree, ast.Expression)
    rewriter = Rewriter(source, more)
    body = rewriter.visit(tree.body)
    return Expression(text, _built(body), frozenset(rewriter.names), tuple(rewriter.calls))


@lru_cache(maxsize=CACHE_SIZE)
def compile_script(text: str) -> Script:
    """The script, compiled once; only `name = expression` and if/elif/else are accepted."""
    source = translate(dedent(text), script=True)  # modelers indent scripts with the XML around them
    tree = parsed(source, "exec")
    assert isinstance(tree, ast.Module)
    rewriter = Rewriter(source)
    statements = Statements(rewriter)
    body = statements.block(tree.body)
    if not body:
        raise ExpressionError(1, Text("Skripnya kosong.", "The script is empty."))
    return Script(
        text, _defined(body), frozenset(statements.free), frozenset(statements.assigned), tuple(rewriter.calls)
    )


PARAMETERS = ast.arguments(
    posonlyargs=[], args=[ast.arg("V"), ast.arg("F")], kwonlyargs=[], kw_defaults=[], defaults=[]
)


def _built(body: ast.expr) -> Run:
    """The rewritten expression as a function of variables and functions."""
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(PARAMETERS, body)))
    run: Run = eval(compile(tree, "<expression>", "eval"), {"__builtins__": {}, "G": GUARDS})
    return run


def _defined(body: list[ast.stmt]) -> Run:
    """The rewritten script as a function that fills the variables it is given."""
    function = ast.FunctionDef(name="run", args=PARAMETERS, body=body, decorator_list=[], returns=None)
    tree = ast.fix_missing_locations(ast.Module([function], type_ignores=[]))
    scope: dict[str, Any] = {"__builtins__": {}, "G": GUARDS}
    exec(compile(tree, "<script>", "exec"), scope)
    run: Run = scope["run"]
    return run


def _failed(text: str, names: frozenset[str], variables: Mapping[str, Any], error: Exception) -> ExpressionError:
    """The refusal that says which variable is missing, or that the values do not fit together."""
    missing = sorted(name for name in names if name not in variables)
    if isinstance(error, KeyError) and missing:
        names_ = ", ".join(missing)
        return ExpressionError(None, Text(
            f"Rumus “{text}” memerlukan isian yang belum ada: {names_}.",
            f"The expression “{text}” needs values that are not there yet: {names_}.",
        ))  # fmt: skip
    return ExpressionError(None, Text(
        f"Rumus “{text}” tidak dapat dihitung dengan isian ini ({type(error).__name__}).",
        f"The expression “{text}” cannot be computed with these values ({type(error).__name__}).",
    ))  # fmt: skip
