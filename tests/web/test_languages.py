"""A page speaks one language throughout and says which: its own words, those of the city, of forms and of drawings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from app.bundle.read import read_folder
from app.domain.text import Text
from app.domain.tracking import shown
from app.jobs.outbox import Outbox
from app.standard.service import read_service
from app.web.language import FOLDER
from tests.jobs.test_outbox import Post
from tests.web.conftest import Visit
from tests.world import ASSIGN, IDENTITY, PEOPLE, PROCESS, RETURN, ROOT, World

SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-done")
BUNDLE = read_folder(PROCESS, ROOT / "forms")
SERVICE = read_service(ROOT / "processes" / "service")
PAGES = {
    None: ("/", "/lapor", "/lacak", "/standar", "/privasi", "/masuk", "/sandi", "/tidak-ada"),
    "pupr": ("/tugas", "/tugas?saring=mine", "/tugas?cari=xyz", "/tugas/{task}", "/aduan/{number}", "/akun"),
    "pemilik": (
        "/proses",
        "/proses/pengaduan_sp4n",
        "/proses/pengaduan_sp4n/unggah",
        "/proses/pengaduan_sp4n/versi/1",
    ),
    "ops": (
        "/operasi",
        "/operasi/instans",
        "/operasi/instans/{instance}",
        "/operasi/insiden",
        "/operasi/kotak-keluar",
        "/operasi/audit",
    ),
    "admin": ("/orang",),
}


class Heard(HTMLParser):
    """Everything that a page says, piece by piece, in the language of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: set[str] = set()
        self._foreign = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._foreign = tag != "html" and "lang" in dict(attrs)
        self.said |= {value or "" for name, value in attrs if name in SPOKEN and not self._foreign}

    def handle_data(self, data: str) -> None:
        self.said |= set() if self._foreign else {" ".join(data.split()).strip(" ·")}


def indonesian() -> Iterator[Text]:
    """What pages say in Indonesian, with its English: their own sentences, and the words of the city."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale="en"):
            if isinstance(message.id, str):
                yield Text(message.id, str(message.string))
    yield from (BUNDLE.label(id_) for id_ in BUNDLE.names)
    for form in BUNDLE.forms.values():
        for field in form.by_key.values():
            yield from (text for text in (field.label, field.help) if text)
            yield from (option.label for option in field.options)
    for status in SERVICE.statuses.values():
        yield from (text for text in (status.name, status.note) if text)
    for row in (*SERVICE.categories.values(), *SERVICE.units.values(), *SERVICE.channels.values()):
        yield row.name
    yield from (role.title for role in SERVICE.role_rows.values())


@pytest.fixture
def foreign(service: World) -> set[str]:
    """What an English page must not say: the Indonesian of everything that is said differently in English."""
    texts = list(indonesian())
    names = {service.actor(name).name for name in PEOPLE}
    return {text.id for text in texts} - {text.en for text in texts} - names - {""}


@pytest.fixture
def english(visit: Visit) -> Visit:
    """Browsers of people who have chosen English."""

    def browser(name: str | None) -> FlaskClient:
        made = visit(name)
        made.get("/bahasa/en")
        return made

    return browser


@pytest.mark.parametrize("who", PAGES, ids=str)
def test_nothing_indonesian_is_left_on_an_english_page(
    who: str | None, english: Visit, service: World, foreign: set[str]
) -> None:
    filed = service.at_opd()
    place = {"task": service.open(filed.instance_id)[0], "number": filed.tracking_id, "instance": filed.instance_id}
    browser = english(who)
    for path in PAGES[who]:
        page = browser.get(path.format(**place))
        assert page.headers["Content-Language"] == "en" and '<html lang="en"' in page.text
        assert Heard(page.text).said & foreign == set(), path


def test_the_tracking_page_and_its_forms_speak_english(english: Visit, service: World, foreign: set[str]) -> None:
    filed = service.answered()
    browser = english(None)
    browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    for path in ("", "/pesan/reporter_reply", "/pesan/reporter_satisfied", "/cabut"):
        page = browser.get(f"/lacak/{filed.tracking_id}{path}")
        assert page.status_code == 200 and Heard(page.text).said & foreign == set(), path


def test_pages_are_indonesian_until_somebody_chooses_and_say_so(visit: Visit) -> None:
    page = visit(None).get("/")
    assert page.headers["Content-Language"] == "id" and '<html lang="id"' in page.text
    assert '<a href="/bahasa/en?next=/" lang="en" hreflang="en"' in page.text


def test_hours_are_written_as_each_language_does(visit: Visit, english: Visit) -> None:
    assert "08.00–12.00" in visit(None).get("/").text
    assert "08:00–12:00" in english(None).get("/").text


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "0 menit"),
        (0.75, "45 menit"),
        (2.5, "2 jam 30 menit"),
        (9.75, "1 hari kerja 3 jam"),
        (27, "4 hari kerja"),
        (29.25, "4 hari kerja 2 jam"),
        (36, "5 hari kerja"),
        (80, "11 hari kerja"),
    ],
)
def test_working_time_is_told_in_days_and_hours_and_far_ahead_in_days(app: Flask, hours: float, words: str) -> None:
    with app.test_request_context():
        assert app.jinja_env.filters["duration"](timedelta(hours=hours)) == words


@pytest.mark.parametrize(
    ("count", "indonesian_words", "english_words"),
    [(940, "940 B", "940 B"), (2_240, "2,2 kB", "2.2 kB"), (10_000_000, "10 MB", "10 MB"), (0, "0 B", "0 B")],
)
def test_sizes_are_written_as_each_language_does(
    app: Flask, count: int, indonesian_words: str, english_words: str
) -> None:
    for lang, words in (("id", indonesian_words), ("en", english_words)):
        with app.test_request_context(headers={"Cookie": f"bahasa={lang}"}):
            assert app.jinja_env.filters["size"](count) == words


def test_the_live_diagram_and_the_picture_are_drawn_in_the_language_of_the_reader(
    visit: Visit, english: Visit, service: World
) -> None:
    filed = service.file()
    address = f"/operasi/instans/{filed.instance_id}"
    assert "Usulkan OPD" in visit("ops").get(address).text
    assert "Suggest the OPD" in english("ops").get(address).text
    assert "Follow up the" in english("pemilik").get("/proses/pengaduan_sp4n/versi/1/diagram.svg").text


def test_the_machines_codes_have_words(visit: Visit, english: Visit, service: World) -> None:
    filed = service.at_opd()
    codes = {
        "system",
        "reporter",
        "waiting",
        "reminder",
        "overdue",
        "escalation",
        "receipt",
        "verify_disposition_opd",
    }
    for page in ("/operasi", "/operasi/kotak-keluar", f"/operasi/instans/{filed.instance_id}"):
        assert Heard(visit("ops").get(page).text).said & codes == set(), page
    assert Heard(visit("pemilik").get("/proses/pengaduan_sp4n").text).said & codes == set()
    address = "/operasi/kotak-keluar"
    assert f"Aduan {shown(filed.tracking_id)} diteruskan kepada Dinas" in visit("ops").get(address).text
    assert f"Complaint {shown(filed.tracking_id)} forwarded to Office" in english("ops").get(address).text


def test_officers_are_written_to_in_the_language_they_choose(visit: Visit, service: World) -> None:
    browser = visit("pupr")
    assert 'value="id" checked' in browser.get("/akun").text
    assert browser.post("/akun/bahasa", data={"lang": "xx"}).status_code == 400
    assert browser.post("/akun/bahasa", data={"lang": "en"}).status_code == 302
    assert 'value="en" checked' in browser.get("/akun").text
    service.at_opd()
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    letters = {letter.to: letter.subject for letter in post.letters}
    assert "forwarded to Office" in letters["pupr@example.com"]
    assert "diteruskan" in letters[IDENTITY["email"]] or "terima" in letters[IDENTITY["email"]]


def test_a_step_of_no_one_office_is_held_by_its_role_in_the_language_of_the_reader(
    english: Visit, service: World
) -> None:
    filed = service.at_opd()
    for again in range(3):
        service.do(filed, "verify_disposition_opd", "pupr", RETURN)
        if again < 2:
            service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    browser = english(None)
    page = browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret}, follow_redirects=True).text
    assert "Head of the public information division" in page and "Pengawas" not in page
