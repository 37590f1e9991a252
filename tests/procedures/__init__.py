"""Two procedures that are nothing but content: one about a record, one that the calendar begins."""

from __future__ import annotations

from pathlib import Path

from app.bundle.read import Bundle, read_folder
from app.commands.procedure.deployments import Deploy
from app.domain.roles import SYSTEM
from app.sdk import Case, Handlers, Result, StartProcess, handlers_of
from tests.world import World

HERE = Path(__file__).parent
RECORD, PERIODIC = "permohonan_data", "laporan_triwulan"
REQUEST = {"judul": "Jumlah lampu jalan per kelurahan", "kantor": "DPUPR"}


def bundle(key: str) -> Bundle:
    """One of them, as a folder holds it."""
    return read_folder(HERE / key, HERE / key / "forms")


def handlers() -> Handlers:
    """The city's handlers, and the one that the periodic procedure asks for: it begins the record's."""
    return {**handlers_of("tasks"), "minta_data": ask_for_data}


def ask_for_data(case: Case) -> Result:
    """Ask an office for the data that the next report needs."""
    period = case.variables["period"]
    return Result(starts=(StartProcess(RECORD, {"judul": f"Data sesudah {period}", "kantor": "DPUPR"}),))


def deploy(service: World, *keys: str) -> None:
    """Put them live."""
    for key in keys:
        service.runner.run(Deploy(bundle(key).files, "isi uji"), SYSTEM)
