"""`alur demo`: fills a demo installation with many cases, to see how pages and jobs hold at a city's size."""

from __future__ import annotations

from time import perf_counter

import click

from app.cli.admin import ready
from app.cli.common import JSON, print_json, said
from app.domain.text import Text
from app.settings import WrongSettings

MOST = 1_000_000


@click.command()
@click.option("--cases", type=click.IntRange(1, MOST), required=True, help="How many cases to add.")
@JSON
def demo(cases: int, as_json: bool) -> None:
    """Add many cases, copied from the demo's own with new ids; letters of those are sent first (demo mode only)."""
    from app.demo import seed
    from app.demo_cases import multiply
    from app.jobs.outbox import Outbox
    from app.senders.chosen import senders

    toolbox = ready()
    if not toolbox.settings.demo:
        raise WrongSettings("Hanya dalam mode percobaan (ALUR_DEMO=1). / Only in demo mode (ALUR_DEMO=1).")
    seed(toolbox)
    Outbox(toolbox, senders(toolbox.settings)).deliver()
    began = perf_counter()
    with click.progressbar(length=cases, hidden=as_json, label=said(Text("Menulis", "Writing"))) as bar:
        multiply(toolbox, cases, bar.update)
    took = perf_counter() - began
    if as_json:
        print_json({"cases": cases, "seconds": round(took, 2)})
    else:
        rate = f"{cases / took:,.0f}"
        line = Text(f"{cases:,} kasus ditambahkan, {rate} per detik.", f"{cases:,} cases added, {rate} a second.")
        click.echo(said(Text(line.id.replace(",", "."), line.en)))
