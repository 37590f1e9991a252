"""What tests of the owner's upload share: the procedure's files, and how a page is sent them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.bundle.read import read_folder
from app.store.deployments import Deployment
from tests.world import PROCESS, ROOT, World

HOME = "/proses/pengaduan_sp4n"
UPLOAD = f"{HOME}/unggah"
DIAGRAM = "pengaduan_sp4n.bpmn"
REASON = "Nama langkah diperjelas menurut rapat."
FILES: Mapping[str, bytes] = read_folder(PROCESS, ROOT / "forms").files
CLEARER = FILES[DIAGRAM].replace(b"Menindaklanjuti aduan", b"Menindaklanjuti aduan segera")


def check(browser: FlaskClient, **files: bytes) -> TestResponse:
    """Upload files under their names (`__` stands for the dot) to have them checked."""
    sent = [(io.BytesIO(content), name.replace("__", ".")) for name, content in files.items()]
    return browser.post(UPLOAD, data={"files": sent, "action": "check"}, content_type="multipart/form-data")


def hidden(page: str) -> dict[str, str]:
    """What the page's form sends along for deploying what was checked."""
    return dict(re.findall(r'name="(candidate|base)" value="([^"]*)"', page))


def deploy(browser: FlaskClient, page: str, reason: str = REASON) -> TestResponse:
    return browser.post(UPLOAD, data=hidden(page) | {"action": "deploy", "reason": reason})


def live(service: World) -> int:
    """The number of the version that new cases start on."""
    (found,) = service.rows(Deployment, active=True)
    return int(found.version)


def archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return packed.getvalue()
