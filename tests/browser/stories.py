"""Every page of the service in every state worth looking at: who opens it, where, and what they do first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from app.bundle.read import read_folder, write_files
from app.commands.procedure.proposals import OfferFiles
from app.domain.roles import SYSTEM
from app.rules.access import SECRET
from app.store.proposals import Proposal
from tests.browser.site import MAIL, Site
from tests.browser.visiting import Visits
from tests.procedures import RECORD
from tests.rehearsal.test_mend import with_new_task
from tests.world import PROCESS

# What answers no page for people: files, data, ways that only lead on.
NO_PAGES = {
    "/static/<path:filename>": "files of the bundle",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/robots.txt": "for machines",
    "/.well-known/security.txt": "for machines",
    "/favicon.ico": "leads to the mark",
    "/bahasa/<lang>": "leads back to the page",
    "/beranda": "leads to the first page of the person's own work",
    "/lambang": "a picture",
    "/lampiran/<attachment_id>": "a file",
    "/lacak/<tracking_id>/batas": "what is left, for the page's script",
    "/tugas/<task_id>/batas": "what is left, for the page's script",
    "/lampiran/<attachment_id>/kecil": "a picture",
    "/proses/<key>/uji/<trial_id>/skenario.toml": "a file",
    "/proses/<key>/versi/<int:number>/diagram.bpmn": "a file",
    "/proses/<key>/versi/<int:number>/diagram.svg": "a picture",
    "/proses/<key>/versi/<int:number>/unduh": "a file",
    "/lacak/<tracking_id>/tugas/<task_id>": "a reporter's own step: the seven steps have none",
}
KEY = "pengaduan_sp4n"
MESSAGE = "/lacak/<tracking_id>/pesan/<name>"
BROKEN = Path(__file__).with_name("broken.bpmn")


@dataclass(frozen=True)
class Story:
    """One page in one state. `site` names the service: lively, crowded or empty; `who` a demo person or complaint."""

    name: str
    rule: str
    address: Callable[[Site], str] | str
    who: str | None = None
    act: Callable[[Page], None] | None = None
    site: str = "lively"

    def tell(self, visits: Visits, site: Site, **how: object) -> Page:
        """Open the page and bring it into its state."""
        if self.who is None:
            page = visits.visitor(site, **how)
        elif self.who in MAIL:
            page = visits.officer(site, self.who, **how)
        else:
            page = visits.reporter(site, site.kept[self.who], **how)
        page.goto(self.address if isinstance(self.address, str) else self.address(site))
        if self.act is not None:
            self.act(page)
        return page


def _task(name: str) -> Callable[[Site], str]:
    return lambda site: f"/tugas/{site.task(site.kept[name])}"


def _file(name: str) -> Callable[[Site], str]:
    return lambda site: f"/aduan/{site.kept[name].tracking_id}"


def _tracked(name: str, rest: str = "") -> Callable[[Site], str]:
    return lambda site: f"/lacak/{site.kept[name].tracking_id}{rest}"


def _case(name: str) -> Callable[[Site], str]:
    return lambda site: f"/operasi/instans/{site.kept[name].instance_id}"


def _person(name: str) -> Callable[[Site], str]:
    return lambda site: f"/orang/{site.id_of(name)}"


def _press(button: Locator) -> None:
    """Press a button that sends a form, and wait for the whole answer."""
    page = button.page
    with page.expect_navigation():
        button.click()
    page.locator("h1").first.wait_for()  # the answer may arrive in parts


def _send(page: Page) -> None:
    """Press the button of the page's own form without having filled it in."""
    _press(
        page.locator("main form[method=post] button[type=submit].btn-primary, main form[method=post] .btn-danger").first
    )


def _unfold(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def _filled_wrong(page: Page) -> None:
    page.locator("[name=title]").fill("Lampu")
    page.locator("[name=phone]").fill("123")
    _send(page)


def _filed(page: Page) -> None:
    page.locator("[name=title]").fill("Lampu jalan padam di Jalan Mataram")
    page.locator("[name=chronology]").fill("Lampu padam sejak tiga malam dan jalan menjadi gelap sekali.")
    page.locator("[name=location_text]").fill("Jalan Mataram, depan pasar")
    page.locator("[name=occurred_on]").fill("2026-11-20")
    page.locator("[name=name]").fill("Siti Rahma")
    page.locator("[name=phone]").fill("081234567890")
    _send(page)


def _wrong_code(page: Page) -> None:
    page.locator("[name=nomor]").fill("3F7K29QX4M")
    page.locator("[name=kode]").fill("SALAH")
    _press(page.locator("form:has([name=kode]) button[type=submit]").last)


def _asked(page: Page) -> None:
    page.locator("[name=nomor]").fill("3F7K29QX4M")
    page.locator("[name=surel]").fill("siti@contoh.example")
    _send(page)


def _wrong_password(page: Page) -> None:
    # Nobody signs in as this person elsewhere: after a failure they have to wait, and the clock stands.
    page.locator("#email").fill("pejabat@contoh.example")
    page.locator("#password").fill("bukan kata sandinya")
    _press(page.locator("form:has(#password) button"))


def _short_password(page: Page) -> None:
    page.locator("[name=password]").fill("pendek")
    _send(page)


def _forgotten(page: Page) -> None:
    page.locator("#email").fill("dinkominfo@contoh.example")
    _send(page)


def _accepted(page: Page) -> None:
    page.get_by_label("Ya, kami tindak lanjuti").check()
    _press(page.locator("main [data-verb]"))


def _returning(page: Page) -> None:
    page.get_by_label("Tidak, kembalikan ke Dinkominfo").check()
    _press(page.locator("main [data-verb]"))


def _chosen(page: Page) -> None:
    page.get_by_label("Tidak, kembalikan ke KemenPANRB").check()
    expect(page.locator("main [data-verb]")).to_have_text("Kembalikan ke KemenPANRB")


def _archiving(page: Page) -> None:
    page.get_by_label("Arsipkan").check()
    page.locator("[name=note]").fill("Aduan ini hanya berisi ucapan terima kasih.")
    _press(page.locator("main [data-verb]"))


def _bad_rating(page: Page) -> None:
    page.get_by_label("Tidak puas").check()
    page.get_by_label("Belum selesai, mohon ditangani lagi").check()


def _identity(page: Page) -> None:
    page.get_by_label("Alasan membuka identitas").fill("Menelepon pelapor untuk menanyakan letak tiang.")
    _press(page.get_by_role("button", name="Buka identitas"))


def _changed_upload(page: Page) -> None:
    drawing = (PROCESS / "pengaduan_sp4n.bpmn").read_text()
    for before, after in (("== 'direct'", "== 'direct' and channel != 'sms'"), ("2. Mendisposisi", "2. Menyalurkan")):
        drawing = drawing.replace(before, after)
    file = {"name": "pengaduan_sp4n-v1 (1).bpmn", "mimeType": "application/xml", "buffer": drawing.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    _press(page.get_by_role("button", name="Periksa"))


def _proposal(site: Site) -> str:
    files = read_folder(PROCESS, PROCESS.parent.parent / "forms").files
    name = "pengaduan_sp4n.bpmn"
    changed = {**files, name: files[name].replace(b"2. Mendisposisi", b"2. Menyalurkan")}
    found = site.runner.run(OfferFiles(changed, "Berkas prosedur di server berubah"), SYSTEM)
    if found is None:  # another width was looked at before
        (found,) = [row.id for row in site.rows(Proposal)]
    return f"/proses/{KEY}/usulan/{found}"


def _trial(page: Page) -> None:
    _press(page.get_by_role("button", name="Mulai uji coba"))
    page.get_by_label("Disposisikan ke Dinkominfo", exact=False).first.check()
    _press(page.get_by_role("button", name="Lakukan langkah ini"))


def _scenario_upload(page: Page) -> None:
    file = {"name": "semua.zip", "mimeType": "application/zip", "buffer": write_files(with_new_task().files)}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    _press(page.get_by_role("button", name="Periksa"))


def _service_upload(page: Page) -> None:
    content = (PROCESS.parent / "service/calendar.toml").read_bytes()
    content = content.replace(b'thursday = ["08:00-12:00", "13:00-15:45"]', b"thursday = []", 1)
    file = {"name": "calendar.toml", "mimeType": "application/toml", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    _press(page.get_by_role("button", name="Periksa"))


def _broken_upload(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(BROKEN)
    _press(page.get_by_role("button", name="Periksa"))


STORIES = (
    # Citizens
    Story("mulai", "/", "/"),
    Story("mulai-terbuka", "/", "/", act=_unfold),
    Story("lapor", "/lapor", "/lapor"),
    Story("lapor-terbuka", "/lapor", "/lapor", act=_unfold),
    Story("lapor-kosong-dikirim", "/lapor", "/lapor", act=_send),
    Story("lapor-salah", "/lapor", "/lapor", act=_filled_wrong),
    Story("diterima", "/lapor/diterima", "/lapor", act=_filed),
    Story("lacak", "/lacak", "/lacak"),
    Story("lacak-salah", "/lacak", "/lacak", act=_wrong_code),
    Story("tautan", "/tautan/<token>", lambda site: site.link("received")),
    Story("tautan-basi", "/tautan/<token>", "/tautan/basi"),
    Story("ganti-kode", "/lacak/ganti-kode", "/lacak/ganti-kode"),
    Story("ganti-kode-diminta", "/lacak/ganti-kode", "/lacak/ganti-kode", act=_asked),
    Story("kode", "/kode/<token>", lambda site: site.link("renewed", SECRET)),
    Story("kode-basi", "/kode/<token>", "/kode/basi"),
    Story("kode-baru", "/lacak/<tracking_id>/kode", lambda site: site.link("renewed", SECRET), act=_send),
    Story("standar", "/standar", "/standar"),
    Story("privasi", "/privasi", "/privasi"),
    *(
        Story(f"aduan-{name}", "/lacak/<tracking_id>", _tracked(name), name)
        for name in (
            "received", "returned", "follow_up", "asked", "answered", "reopened", "closed", "withdrawn", "long", "late",
            "photos", "photos_again", "planned", "archived",
        )
    ),
    Story("aduan-photos-terbuka", "/lacak/<tracking_id>", _tracked("photos"), "photos", _unfold),
    Story("aduan-terbuka", "/lacak/<tracking_id>", _tracked("returned"), "returned", _unfold),
    Story("tanggapan", MESSAGE, _tracked("answered", "/pesan/reporter_reply"), "answered"),
    Story(
        "tanggapan-kosong", MESSAGE, _tracked("answered", "/pesan/reporter_reply"), "answered", _send
    ),
    Story("puas", MESSAGE, _tracked("answered", "/pesan/reporter_satisfied"), "answered"),
    Story("puas-tidak", MESSAGE, _tracked("answered", "/pesan/reporter_satisfied"), "answered", _bad_rating),
    Story("kelengkapan", MESSAGE, _tracked("asked", "/pesan/completion_received"), "asked"),
    Story("cabut", "/lacak/<tracking_id>/cabut", _tracked("received", "/cabut"), "received"),
    Story(
        "hapus-identitas", "/lacak/<tracking_id>/hapus-identitas", _tracked("received", "/hapus-identitas"), "received"
    ),
    # Accounts
    Story("masuk", "/masuk", "/masuk"),
    Story("masuk-salah", "/masuk", "/masuk", act=_wrong_password),
    Story("lupa-sandi", "/sandi", "/sandi"),
    Story("lupa-sandi-terkirim", "/sandi", "/sandi", act=_forgotten),
    Story("sandi-tautan-basi", "/sandi/<token>", "/sandi/basi"),
    Story("sandi-baru", "/sandi/<token>", lambda site: f"/sandi/{site.reset_token('kabid')}"),
    Story(
        "sandi-baru-salah", "/sandi/<token>", lambda site: f"/sandi/{site.reset_token('kabid')}", act=_short_password
    ),
    Story("akun", "/akun", "/akun", "dinkominfo"),
    # Officers
    Story("tugas", "/tugas", "/tugas", "dinkominfo"),
    Story("tugas-opd", "/tugas", "/tugas", "pupr"),
    Story("tugas-terlambat", "/tugas", "/tugas?saring=late", "pupr"),
    Story("tugas-menunggu", "/tugas", "/tugas?saring=waiting", "dinkominfo"),
    Story("tugas-milik-saya", "/tugas", "/tugas?saring=mine", "penghubung"),
    Story("tugas-tidak-ketemu", "/tugas", "/tugas?cari=tidakadayangsepertiini", "dinkominfo"),
    Story("tugas-kosong", "/tugas", "/tugas", "dlh", site="empty"),
    Story("tugas-banyak", "/tugas", "/tugas", "dinkominfo", site="crowded"),
    *(
        Story(f"tugas-{name}", "/tugas/<task_id>", _task(name), who)
        for name, who in (
            ("received", "menteri"), ("routed", "dinkominfo"), ("returned", "dinkominfo"), ("at_opd", "pupr"),
            ("supervised", "kabid"), ("follow_up", "pupr"), ("confirm", "dinkominfo"), ("verify", "menteri"),
            ("reopened", "pupr"), ("claimed", "pupr"), ("long", "pupr"), ("late", "pupr"),
            ("confirm_photos", "dinkominfo"), ("verify_photos", "menteri"), ("result_back", "dinkominfo"),
            ("photos_again", "pupr"),
        )
    ),
    Story("tugas-confirm-terbuka", "/tugas/<task_id>", _task("confirm_photos"), "dinkominfo", _unfold),
    Story("tugas-dipilih", "/tugas/<task_id>", _task("routed"), "dinkominfo", _chosen),
    Story("tugas-yakin", "/tugas/<task_id>", _task("received"), "menteri", _archiving),
    *(
        Story(f"tugas-{name}-kosong", "/tugas/<task_id>", _task(name), who, _send)
        for name, who in (("received", "menteri"), ("routed", "dinkominfo"), ("follow_up", "pupr"))
    ),
    Story("tugas-kembali-tanpa-alasan", "/tugas/<task_id>", _task("at_opd"), "pupr", _returning),
    Story("tugas-terbuka", "/tugas/<task_id>", _task("returned"), "dinkominfo", _unfold),
    Story("tugas-selesai", "/tugas/<task_id>", lambda site: f"/tugas/{site.task(site.at_opd())}", "pupr", _accepted),
    Story("tugas-sudah-selesai", "/tugas/<task_id>", lambda site: f"/tugas/{site.done_task('follow_up')}", "pupr"),
    Story("mulai-kasus", "/mulai/<key>", f"/mulai/{RECORD}", "dinkominfo"),
    Story("mulai-kasus-kosong", "/mulai/<key>", f"/mulai/{RECORD}", "dinkominfo", _send),
    Story("kasus", "/kasus/<number>", lambda site: f"/kasus/{site.kept['record'].number}", "dinkominfo"),
    Story("tugas-kasus", "/tugas/<task_id>", _task("record"), "pupr"),
    Story("berkas", "/aduan/<tracking_id>", _file("reopened"), "dinkominfo"),
    Story("berkas-identitas", "/aduan/<tracking_id>", _file("at_opd"), "pupr", _identity),
    Story("berkas-panjang", "/aduan/<tracking_id>", _file("long"), "kabid", _unfold),
    Story("berkas-selesai", "/aduan/<tracking_id>", _file("closed"), "pimpinan"),
    # Administrators
    Story("papan", "/papan", "/papan", "kabid", _unfold),
    Story("papan-kosong", "/papan", "/papan", "pimpinan", site="empty"),
    Story("papan-banyak", "/papan", "/papan", "kabid", site="crowded"),
    Story("orang", "/orang", "/orang", "admin"),
    Story("orang-salah", "/orang", "/orang", "admin", _send),
    Story("orang-satu", "/orang/<user_id>", _person("dinkominfo"), "admin", _unfold),
    # Process owners
    Story("proses", "/proses", "/proses", "pemilik"),
    Story("proses-satu", "/proses/<key>", f"/proses/{KEY}", "pemilik"),
    Story("proses-versi", "/proses/<key>/versi/<int:number>", f"/proses/{KEY}/versi/1", "pemilik"),
    Story("proses-skenario", "/proses/<key>/versi/<int:number>/skenario", f"/proses/{KEY}/versi/1/skenario", "pemilik"),
    Story("proses-unggah", "/proses/<key>/unggah", f"/proses/{KEY}/unggah", "pemilik"),
    Story("proses-unggah-temuan", "/proses/<key>/unggah", f"/proses/{KEY}/unggah", "pemilik", _broken_upload),
    Story("proses-unggah-beda", "/proses/<key>/unggah", f"/proses/{KEY}/unggah", "pemilik", _changed_upload),
    Story("proses-unggah-layanan", "/proses/<key>/unggah", f"/proses/{KEY}/unggah", "pemilik", _service_upload),
    Story("proses-usulan", "/proses/<key>/usulan/<proposal_id>", _proposal, "pemilik"),
    Story("proses-uji", "/proses/<key>/uji/<trial_id>", f"/proses/{KEY}/versi/1", "pemilik", _trial),
    Story("proses-unggah-skenario", "/proses/<key>/unggah", f"/proses/{KEY}/unggah", "pemilik", _scenario_upload),
    # Operators
    Story("operasi", "/operasi", "/operasi", "ops"),
    Story("operasi-kosong", "/operasi", "/operasi", "ops", site="empty"),
    Story("operasi-instans", "/operasi/instans", "/operasi/instans", "ops"),
    Story("operasi-instans-banyak", "/operasi/instans", "/operasi/instans", "ops", site="crowded"),
    Story("operasi-instans-kosong", "/operasi/instans", "/operasi/instans?cari=tidakada", "ops"),
    Story("operasi-satu", "/operasi/instans/<instance_id>", _case("returned"), "ops"),
    Story("operasi-satu-selesai", "/operasi/instans/<instance_id>", _case("closed"), "ops", _unfold),
    Story("operasi-insiden", "/operasi/insiden", "/operasi/insiden", "ops"),
    Story("operasi-kotak-keluar", "/operasi/kotak-keluar", "/operasi/kotak-keluar", "ops"),
    Story("operasi-kotak-keluar-kosong", "/operasi/kotak-keluar", "/operasi/kotak-keluar", "ops", site="empty"),
    Story("operasi-audit", "/operasi/audit", "/operasi/audit", "ops"),
    # What goes wrong
    Story("tidak-ditemukan", "/tugas/<task_id>", "/tugas/tidakada", "dinkominfo"),
    Story("tidak-ditemukan-umum", "/", "/tidak-ada"),
    Story("tidak-berwenang", "/orang", "/orang", "dinkominfo"),
)  # fmt: skip
