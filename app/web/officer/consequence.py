"""Says in one sentence where a decision would take the complaint, and until when."""

from __future__ import annotations

from flask_babel import gettext as _

from app.bundle.read import Bundle
from app.queries.task.preview import Next, Preview
from app.web.filters import instant, text
from app.web.routes import service
from app.web.statuses import status_of

REPORTER = "reporter"


def consequence(outcome: Preview, bundle: Bundle) -> str:
    """`Diteruskan ke DPUPR: Memverifikasi disposisi; batas waktu Rab, 25 Nov 2026 15.45 WIB.`"""
    if outcome.opened:
        return " ".join(_opened(task, bundle) for task in outcome.opened)
    status = text(status_of(outcome.status).staff)
    if outcome.ended:
        return str(_("Aduan berakhir dengan status “%(status)s”.", status=status))
    if outcome.waits_until is not None:
        until = instant(outcome.waits_until)
        return str(_("Status menjadi “%(status)s”; menunggu sampai %(instant)s.", status=status, instant=until))
    return str(_("Status menjadi “%(status)s”.", status=status))


def _opened(task: Next, bundle: Bundle) -> str:
    step, holder = text(bundle.label(task.element)), _holder(task)
    if task.due_at is None:
        return str(
            _("Aduan akan diteruskan kepada %(holder)s: “%(step)s”, tanpa batas waktu.", holder=holder, step=step)
        )
    due = instant(task.due_at)
    sentence: str = _(
        "Aduan akan diteruskan kepada %(holder)s: “%(step)s”; batas waktu %(due)s.", holder=holder, step=step, due=due
    )
    return sentence if task.promised else f"{sentence} {_('(perkiraan)')}"


def _holder(task: Next) -> str:
    """The office where one is known, else whoever holds the role."""
    data = service()
    if REPORTER in task.roles:
        return str(_("pelapor"))
    if task.unit and task.unit in data.units:
        return text(data.units[task.unit].name)
    titles = [text(data.role_rows[role].title) for role in task.roles if role in data.role_rows]
    return titles[0] if titles else str(_("petugas"))
