"""What a person sees when something cannot be done: what happened, why, and what to do; never a trace of code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests

from app.domain.errors import Expired, Invalid, NotFound, Refusal, Short, TooMany
from app.domain.permissions import Permission
from app.domain.text import Text
from app.web import account, again, carry
from app.web.citizen import tracking
from app.web.current import web
from app.web.filters import instant
from app.web.language import language
from app.web.routes import VISITOR, current_actor
from app.web.signed_in import page_of

log = structlog.get_logger(__name__)
BROKEN = Text(
    "Terjadi kesalahan di sistem kami. Tidak ada yang Anda lakukan salah, dan tidak ada yang berubah.",
    "Something went wrong in our system. You did nothing wrong, and nothing was changed.",
)
STALE = Text(
    "Belum terkirim: halaman ini terlalu lama terbuka, atau Anda masuk lagi di halaman lain. Kirim sekali lagi.",
    "Not sent yet: this page was open for too long, or you signed in again on another page. Send it once more.",
)
NUMBER = Text("Nomor kejadian, untuk pengelola:", "Number of the incident, for the operators:")
METHOD = Text("Alamat ini tidak menerima permintaan seperti itu.", "This address does not take such a request.")
LARGE = Text(
    "Kiriman Anda terlalu besar untuk diterima sekaligus. Pilih berkas yang lebih kecil atau lebih sedikit.",
    "What you sent is too large to be taken at once. Choose smaller or fewer files.",
)
UNREADABLE = Text("Permintaan tidak dapat dibaca.", "The request cannot be read.")
NO_THREAD = "can't start new thread"  # Python's own words: it has no error of its own for that
AGAIN = frozenset({400, 409, 413, 429, 500, 503, 507})  # after these the form that was sent is worth another try
SENTENCES = {405: METHOD, 413: LARGE}


def explain(app: Flask) -> None:
    """Answer every refusal and every fault with a page in the reader's language."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, unproven)
    app.register_error_handler(carry.SignInNeeded, account.sign_in_first)
    app.register_error_handler(carry.CodeNeeded, tracking.code_first)
    app.register_error_handler(HTTPException, translated)
    app.register_error_handler(MemoryError, short)
    app.register_error_handler(RuntimeError, short)
    app.register_error_handler(Exception, broken)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """The page for a refusal, under the refusal's own status."""
    answer, status = page(refusal.status, refusal.code, refusal.message, refusal)
    headers = {"Retry-After": str(refusal.details.get("seconds", 5))} if refusal.status in (429, 503) else {}
    return answer, status, headers


def unproven(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token: nothing is done, and what was typed comes back, if need be after signing in."""
    permission = web().permissions.get(request.endpoint or "", Permission.PUBLIC)
    if permission is not Permission.PUBLIC and current_actor() is VISITOR:
        try:
            carry.stop(permission)
        except carry.CodeNeeded as needed:
            return tracking.code_first(needed)
        except carry.SignInNeeded as needed:
            return account.sign_in_first(needed)
    return page(400, "stale", STALE)


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


def short(error: MemoryError | RuntimeError) -> ResponseReturnValue:
    """The machine gives no memory or no thread; any other error of these kinds is a fault of ours."""
    if isinstance(error, RuntimeError) and NO_THREAD not in str(error):
        return broken(error)
    log.error("the machine is short", endpoint=request.endpoint, reason=type(error).__name__)
    return refused(Short())


def broken(error: Exception) -> ResponseReturnValue:
    """A fault of ours: the details go to the log under a number, the page shows the number only."""
    number = web().toolbox.chance.code(8)
    from flask import current_app

    current_app.logger.exception("fault %s on %s", number, request.endpoint, exc_info=error)
    answer, _status = page(InternalServerError.code, "broken", BROKEN, number=number)
    return answer, InternalServerError.code


def page(
    status: int, code: str, message: Text, refusal: Refusal | None = None, number: str | None = None
) -> tuple[Any, int]:
    """The form again with what was typed and the message on top; else one error page, or its bare message for a part
    of a page that asked for it."""
    details = refusal.details if refusal else {}
    said = _with_winner(message, details)
    if request.headers.get("Accept", "").startswith("application/json"):
        return jsonify(code=code, said=said.say(language())), status
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    more = [each for sentences in errors.values() for each in sentences]
    if number:
        more.append(Text(f"{NUMBER.id} {number}.", f"{NUMBER.en} {number}."))
    came_back = again.form_page(said, *more) if status in AGAIN else None
    if came_back is not None:
        return came_back, status
    name = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    way_back = page_of(request.path) if request.method == "POST" and status in AGAIN else None
    shown = {"status": status, "code": code, "message": said.say(language()), "errors": errors, "number": number}
    return render_template(name, **shown, again=way_back, written=[("", text) for text in again.texts()]), status


def _with_winner(message: Text, details: Mapping[str, Any]) -> Text:
    """Who was first and what they did, with when they did it; any other message as it is."""
    if not (details.get("who") and details.get("when")):
        return message
    at = instant(details["when"])
    return Text(f"{message.id.rstrip('.')}, {at}.", f"{message.en.rstrip('.')}, {at}.")
