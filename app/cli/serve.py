"""`alur serve`: brings the database up to date, loads what is new, and answers pages while timers and messages run."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
from time import monotonic
from typing import TYPE_CHECKING

import click

from app.settings import Settings, WrongSettings, terminal_language

if TYPE_CHECKING:
    from app.toolbox import Toolbox

PATIENCE = 8.0  # seconds that pages and jobs have to end when the service is told to: it is gone within 10


@click.command()
@click.option("--demo", is_flag=True, help="Demo people, demo complaints and keys in var/; never for real cases.")
@click.option("--host", help="Address to listen on (ALUR_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (PORT).")
def serve(demo: bool, host: str | None, port: int | None) -> None:
    """Answer pages and run timers and messages."""
    chosen = {"ALUR_HOST": host, "PORT": str(port) if port else None}
    environ = dict(os.environ) | {name: value for name, value in chosen.items() if value}
    settings = Settings.from_environment(environ, demo=demo)
    from app.jobs.scheduler import Ticker
    from app.main import create_app, join
    from app.web.server import Door

    log_from(settings.log_level)
    toolbox = join(settings)
    make_ready(toolbox)
    app = create_app(settings, toolbox=toolbox)
    _give_back_memory()
    door = Door(app, settings, app.config["MAX_CONTENT_LENGTH"])
    ticker = Ticker(app.extensions["alur"].runner)
    ticker.start()
    _tell(toolbox)

    def leave(_number: int, _frame: object) -> None:
        if door.stopped_at is None:  # a second signal may find us in the midst of what it would do
            ticker.halt()
            door.stop()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)  # also where a shell started us in the background and made us deaf to it
    try:
        door.run(PATIENCE)
    finally:
        began = door.stopped_at or monotonic()
        if not ticker.stop(within=began + PATIENCE + 0.5 - monotonic()):
            _end_at_once()


def _end_at_once() -> None:
    """Leave a job behind that does not end: nothing of it was committed, and it is run again."""
    import structlog

    structlog.get_logger(__name__).warning("a job did not end in time; it will be run again")
    sys.stdout.flush()
    os._exit(0)


def log_from(level: str) -> None:
    """Write down what is at least as grave as this."""
    import structlog

    from app.web.log_paths import hush

    hush("waitress", "waitress.queue", "app.web")  # the server names the address that it was serving
    logging.getLogger().setLevel(level)
    logging.getLogger("waitress.queue").setLevel("ERROR")  # a page asks for its styles and scripts at once
    least = logging.getLevelNamesMapping()[level]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(least))


def _give_back_memory() -> None:
    """Return to the machine what preparing used: of 145 MiB after a first start, glibc would keep 17 for nothing."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries return it by themselves
    if trim is not None:
        trim(0)


def make_ready(toolbox: Toolbox) -> None:
    """Tables, service data, procedures and, in demo mode only, demo people; what is there already stays as it is."""
    from app.demo import has_demo_people, seed
    from app.main import prepare

    settings = toolbox.settings
    prepare(toolbox)
    if not settings.demo and has_demo_people(toolbox):
        raise WrongSettings(
            "Basis data ini berisi orang percobaan; produksi tidak memakainya. / "
            "This database holds demo people; production does not run on it."
        )
    if settings.demo:
        seed(toolbox)


def _tell(toolbox: Toolbox) -> None:
    """Print the addresses and, in demo mode, who may sign in."""
    from app.auth.demo import DEMO_PASSWORD
    from app.queries.person.people import people
    from app.store.database import reading

    settings, english = toolbox.settings, terminal_language(os.environ) == "en"
    click.echo(f"{'Pages' if english else 'Halaman'}: {settings.base_url}/")
    click.echo(f"{'Staff' if english else 'Petugas'}: {settings.base_url}/masuk")
    if not settings.demo:
        return
    click.echo(f"{'Demo accounts, password' if english else 'Akun contoh, kata sandi'} {DEMO_PASSWORD}:")
    with reading(toolbox.database) as session:
        for person in people(session):
            if person.demo:
                roles = ", ".join(grant.role for grant in person.grants)
                click.echo(f"  {person.email:32} {person.name} ({roles})")
