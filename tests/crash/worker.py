"""Does one thing in a process of its own that dies at a named point; started once, it forks for every try."""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from app.commands.attachment.attachments import StoreAttachment
from app.commands.housekeeping import WriteAnchor
from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.procedure.deployments import Deploy
from app.commands.task.complete import ClaimTask, CompleteTask
from app.domain.clock import FrozenClock
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.jobs.recounter import Recounter
from app.senders.chosen import senders
from app.store import faults, migrate
from app.store.database import connect
from tests.crash import things
from tests.world import VISITOR, World, opened


def act(service: World, name: str, given: dict[str, Any]) -> None:
    """Carry out one write path by its name."""
    run = service.runner.run
    if name == "submit":
        service.file(submission=given["token"], sender="this browser")
    elif name == "claim":
        run(ClaimTask(given["task"]), service.actor(given["who"]))
    elif name in ("complete", "return"):
        run(CompleteTask(given["task"], given["answers"]), service.actor(given["who"]))
    elif name == "message":
        run(SendMessage(given["complaint"], given["name"], given["answers"]), things.reporter(given["complaint"]))
    elif name == "withdraw":
        run(Withdraw(given["complaint"], {}), things.reporter(given["complaint"]))
    elif name == "timer":
        Executor(service.runner).run_due()
    elif name == "deploy":
        run(Deploy(things.changed_bundle(given["text"]), "uji"), service.actor("pemilik"))
    elif name == "attachment":
        run(StoreAttachment("a.png", things.picture()), VISITOR)
    elif name == "outbox":
        Outbox(service.toolbox, senders(service.toolbox.settings)).deliver()
    elif name == "recount":
        Recounter(service.runner).run_due()
    elif name == "anchor":
        run(WriteAnchor(), SYSTEM)
    else:
        raise LookupError(name)


def one(order: dict[str, Any]) -> None:
    """In the forked child: do it, and say so only when it was acknowledged."""
    faults.arm(order["fault"])
    if order["action"] == "migrate":
        migrate.upgrade(connect(order["url"]))
    else:
        service = opened(order["url"], Path(order["var"]), FrozenClock(datetime.fromisoformat(order["at"])))
        act(service, order["action"], order["given"])
    Path(order["acknowledged"]).write_text("yes")


def serve() -> None:
    """Fork for every line of orders; answer with the child's exit status (negative: killed by that signal)."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 0
            try:
                one(json.loads(line))
            except BaseException:
                traceback.print_exc()
                status = 1
            os._exit(status)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
