"""Complaints that stand where the stories need them: at each of the seven steps, returned, waiting, closed, crowded."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from app.commands.attachment.attachments import StoreAttachment
from app.commands.case.beginning import StartCase
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.task.complete import ClaimTask
from app.jobs.executor import Executor
from tests.browser import site as service
from tests.browser.scene import scene
from tests.browser.site import Site
from tests.procedures import RECORD, REQUEST, deploy
from tests.world import ACCEPT, ASSIGN, CONFIRM, FORWARD, PROPER, RESULT, RETURN, VISITOR

LONG_WORD = "Pertanggungjawabanpenyelenggaraanpelayananpublikberkesinambungan"
LONG = {
    "title": f"{LONG_WORD} di Jalan Sultan Agung dan seluruh gang di sekitarnya sejak berbulan-bulan",
    "chronology": f"{LONG_WORD} " * 12 + "https://contoh.example/" + "alamat-yang-sangat-panjang-" * 8,
    "location_text": f"{LONG_WORD} " * 3,
}
INCOMPLETE = {
    "authority_decision": "incomplete",
    "missing": "Mohon sebutkan nomor tiang lampu dan foto keadaannya.",
}
DISSATISFIED = {"reply_decision": "redo", "text": "Lampu padam lagi tadi malam, mohon diperiksa sekali lagi."}


NOT_PROPER = {"result_proper": False, "remarks": "Foto sesudah perbaikan belum menunjukkan lampunya menyala."}
ARCHIVE = {"ministry_decision": "archive", "note": "Aduan ini hanya berisi ucapan terima kasih."}
PLANNED = {
    "outcome": "planned",
    "expected_on": "2027-03-01",
    "result": "Penggantian seluruh tiang di Jalan Mataram masuk anggaran tahun depan dan dikerjakan mulai bulan Maret.",
    "acted_on": "2026-11-23",
}


def gather(site: Site) -> None:
    """Put one complaint at each place; `site.kept` names them."""
    kept = site.kept
    deploy(site, RECORD)
    kept["record"] = site.runner.run(StartCase(RECORD, REQUEST), site.actor("dinkominfo"))
    kept["received"] = site.file()
    kept["renewed"] = site.file()
    kept["routed"] = _at_dinkominfo(site)
    kept["claimed"] = site.at_opd()
    site.runner.run(ClaimTask(site.task(kept["claimed"])), site.actor("penghubung"))
    kept["at_opd"] = site.at_opd()
    kept["returned"] = _returned(site, 1)
    kept["supervised"] = _returned(site, 3)
    kept["follow_up"] = _accepted(site)
    kept["confirm"] = _followed_up(site)
    kept["verify"] = _followed_up(site)
    site.do(kept["verify"], "confirm_result", "dinkominfo", CONFIRM)
    kept["answered"] = site.answered()
    kept["photos"] = _with_photos(site)
    kept["photos_again"] = _with_photos(site)
    site.runner.run(
        SendMessage(kept["photos_again"].tracking_id, "reporter_reply", DISSATISFIED),
        site.reporter(kept["photos_again"]),
    )
    kept["confirm_photos"] = _accepted(site)
    site.do(kept["confirm_photos"], "follow_up", "pupr", _evidence(site, kept["confirm_photos"]))
    kept["verify_photos"] = _accepted(site)
    site.do(kept["verify_photos"], "follow_up", "pupr", _evidence(site, kept["verify_photos"]))
    site.do(kept["verify_photos"], "confirm_result", "dinkominfo", CONFIRM)
    kept["result_back"] = _followed_up(site)
    site.do(kept["result_back"], "confirm_result", "dinkominfo", CONFIRM)
    site.do(kept["result_back"], "verify_result", "menteri", NOT_PROPER)
    kept["planned"] = _planned(site)
    kept["archived"] = site.file()
    site.do(kept["archived"], "ministry_disposition", "menteri", ARCHIVE)
    kept["asked"] = _at_dinkominfo(site)
    site.do(kept["asked"], "verify_disposition_dinkominfo", "dinkominfo", INCOMPLETE)
    kept["reopened"] = site.answered()
    reporter = site.reporter(kept["reopened"])
    site.runner.run(SendMessage(kept["reopened"].tracking_id, "reporter_reply", DISSATISFIED), reporter)
    kept["closed"] = site.answered()
    satisfied = SendMessage(
        kept["closed"].tracking_id, "reporter_satisfied", {"rating": "4", "text": "Cepat, terima kasih."}
    )
    site.runner.run(satisfied, site.reporter(kept["closed"]))
    kept["withdrawn"] = site.file()
    withdrawal = Withdraw(kept["withdrawn"].tracking_id, {"reason": "Lampunya sudah menyala lagi."})
    site.runner.run(withdrawal, site.reporter(kept["withdrawn"]))
    kept["long"] = site.at_opd(site.file(answers=LONG))
    late = timedelta(days=20)
    site.clock.advance(-late)
    kept["late"] = site.at_opd(site.file(answers={"occurred_on": "2026-10-30"}))
    site.clock.advance(late)
    Executor(site.runner).run_due()  # what is late by now has said so


def crowd(site: Site, number: int = 60) -> None:
    """Many complaints at once, so that lists grow long."""
    for count in range(number):
        filed = site.file(answers={"title": f"Lampu jalan nomor {count + 1} padam di Jalan Mataram"})
        if count % 3:
            _at_dinkominfo(site, filed)
        site.clock.advance(timedelta(minutes=7))


def _at_dinkominfo(site: Site, filed: Filed | None = None) -> Filed:
    filed = filed or site.file()
    site.do(filed, "ministry_disposition", "menteri", FORWARD)
    return filed


def _returned(site: Site, times: int) -> Filed:
    filed = _at_dinkominfo(site)
    for _ in range(times):
        site.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
        site.do(filed, "verify_disposition_opd", "pupr", RETURN)
    return filed


def _accepted(site: Site) -> Filed:
    filed = site.at_opd()
    site.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    return filed


def _followed_up(site: Site) -> Filed:
    filed = _accepted(site)
    site.do(filed, "follow_up", "pupr", RESULT)
    return filed


def _evidence(site: Site, filed: Filed) -> dict[str, object]:
    """The office's result with photos before and after, and a document."""
    by = site.actor("pupr")
    sent = {
        "photos_before": [scene(lit=False), scene(lit=False, size=(900, 1200))],
        "photos_after": [scene(lit=True)],
    }
    kept = {
        name: [site.runner.run(StoreAttachment(f"{name}.jpg", each, filed.tracking_id), by) for each in pictures]
        for name, pictures in sent.items()
    }
    return {**RESULT, **kept}


def _with_photos(site: Site) -> Filed:
    """A complaint with a photo of its own, answered with photos."""
    own = site.runner.run(StoreAttachment("lampu.jpg", scene(lit=False)), VISITOR)
    filed = site.at_opd(site.file(answers={"attachments": [own]}))
    site.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    site.do(filed, "follow_up", "pupr", _evidence(site, filed))
    site.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    site.do(filed, "verify_result", "menteri", PROPER)
    return filed


def _planned(site: Site) -> Filed:
    filed = _accepted(site)
    site.do(filed, "follow_up", "pupr", PLANNED)
    site.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
    site.do(filed, "verify_result", "menteri", PROPER)
    return filed


class Services:
    """The services that stories play on, started when first asked for: lively, crowded and empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = ExitStack()
        self.known: dict[str, Site] = {}

    def __getitem__(self, name: str) -> Site:
        """The service of that name."""
        if name not in self.known:
            folder = self.folder / name
            folder.mkdir()
            found = self.running.enter_context(service.site(folder, complaints=name != "empty"))
            {"lively": gather, "crowded": crowd}.get(name, lambda site: None)(found)
            self.known[name] = found
        return self.known[name]
