"""What a person sees when something cannot be done: what happened, why, and what to do; never a trace of code."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests

from app.domain.errors import Expired, Invalid, NotFound, Refusal, TooMany
from app.domain.text import Text
from app.web.current import web
from app.web.language import language
from app.web.signed_in import page_of

BROKEN = Text(
    "Terjadi kesalahan di sistem kami. Tidak ada yang Anda lakukan salah, dan tidak ada yang berubah.",
    "Something went wrong in our system. You did nothing wrong, and nothing was changed.",
)
STALE = Text(
    "Halaman ini sudah terlalu lama terbuka. Muat ulang halaman, lalu kirim sekali lagi.",
    "This page was open for too long. Reload the page and send it once more.",
)
METHOD = Text("Alamat ini tidak menerima permintaan seperti itu.", "This address does not take such a request.")
LARGE = Text(
    "Kiriman Anda terlalu besar untuk diterima sekaligus. Pilih berkas yang lebih kecil atau lebih sedikit.",
    "What you sent is too large to be taken at once. Choose smaller or fewer files.",
)
UNREADABLE = Text("Permintaan tidak dapat dibaca.", "The request cannot be read.")
AGAIN = frozenset({400, 413, 429, 500, 503, 507})  # after these the form that was sent is worth another try
SENTENCES = {405: METHOD, 413: LARGE}


def explain(app: Flask) -> None:
    """Answer every refusal and every fault with a page in the reader's language."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, lambda error: page(400, "stale", STALE))
    app.register_error_handler(HTTPException, translated)
    app.register_error_handler(Exception, broken)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """The page for a refusal, under the refusal's own status."""
    answer, status = page(refusal.status, refusal.code, refusal.message, refusal)
    headers = {"Retry-After": str(refusal.details.get("seconds", 5))} if refusal.status in (429, 503) else {}
    return answer, status, headers


def translated(error: HTTPException) -> ResponseReturnValue:
    """The framework's own refusals, in our words."""
    if error.code is not None and error.code < 400:
        return error
    if error.code == 404:
        return refused(NotFound())
    if isinstance(error, TooManyRequests):
        return refused(TooMany(seconds=60))
    if error.code == 410:
        return refused(Expired())
    answer = page(error.code or 400, "invalid", SENTENCES.get(error.code or 400, UNREADABLE))
    allowed = getattr(error, "valid_methods", None)
    return (*answer, {"Allow": ", ".join(sorted(allowed))}) if allowed else answer


def broken(error: Exception) -> ResponseReturnValue:
    """A fault of ours: the details go to the log under a number, the page shows the number only."""
    number = web().parts.chance.code(8)
    from flask import current_app

    current_app.logger.exception("fault %s on %s", number, request.endpoint, exc_info=error)
    answer, _status = page(InternalServerError.code, "broken", BROKEN, number=number)
    return answer, InternalServerError.code


def page(
    status: int, code: str, message: Text, refusal: Refusal | None = None, number: str | None = None
) -> tuple[str, int]:
    """One error page, or its bare message for a part of a page that asked for it."""
    name = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    details = refusal.details if refusal else {}
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    shown = {"status": status, "code": code, "message": message.say(language()), "details": details}
    again = page_of(request.path) if request.method == "POST" and status in AGAIN else None
    return render_template(name, **shown, errors=errors, number=number, again=again), status
