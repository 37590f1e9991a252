"""What lies on the shelf runs as it was deployed: never stopped by a newer check, never run when it was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.bundle.read import bundle_of, read_folder
from app.bundle.shelf import Shelf
from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.text import Text
from app.engine import definition
from app.store.database import connect
from app.store.deployments import Deployment, DeploymentFile
from app.store.migrate import upgrade

ROOT = Path(__file__).parents[2]
DIAGRAM = "pengaduan_sp4n.bpmn"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """An empty store."""
    engine = connect(f"sqlite:///{tmp_path / 'alur.db'}")
    upgrade(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def files(mark: str) -> dict[str, bytes]:
    """The bundle of the seven steps; `mark` makes its content one of its own."""
    found = dict(read_folder(ROOT / "processes" / "pengaduan_sp4n", ROOT / "forms").files)
    found[DIAGRAM] += f"<!-- {mark} -->".encode()
    return found


def store(session: Session, files: Mapping[str, bytes]) -> str:
    """Deploy the files, past all checks."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    bundle = bundle_of(files)
    about = {"id": "1" * 32, "key": bundle.key, "digest": bundle.digest, "version": 1, "title": "x", "reason": "uji"}
    session.add(Deployment(**about, deployed_at=at, deployed_by="uji", activated_at=at))
    session.flush()
    session.add_all(DeploymentFile(deployment_id="1" * 32, path=path, content=data) for path, data in files.items())
    session.flush()
    return "1" * 32


def test_a_check_that_became_stricter_does_not_stop_what_was_deployed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Text("Aturan baru.", "A new rule.")
    strict = [Finding(DIAGRAM, None, "new-rule", "error", words, words)]
    monkeypatch.setattr(definition, "check_files", lambda files: strict)
    content = files("strict")
    with pytest.raises(InvalidDiagram):
        _ = bundle_of(content).definition
    assert "verify_disposition_opd" in Shelf().bundle(session, store(session, content)).definition.elements


def test_a_version_whose_files_were_changed_in_the_database_is_not_run(session: Session) -> None:
    deployed = store(session, files("as deployed"))
    session.execute(update(DeploymentFile).filter_by(path=DIAGRAM).values(content=files("swapped")[DIAGRAM]))
    with pytest.raises(InvalidDiagram) as caught:
        Shelf().bundle(session, deployed)
    assert "changed after it was deployed" in str(caught.value)
