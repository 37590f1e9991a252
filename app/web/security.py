"""What protects every page: headers, the origin of a change, tokens against forged forms, and a limit on tries."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from app.domain.errors import Forbidden
from app.domain.text import Text
from app.settings import Settings
from app.web.author import Tokens

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",  # a tracking address must not travel to other sites
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}
HSTS = "max-age=63072000; includeSubDomains"
FOREIGN = Text(
    "Permintaan ini datang dari situs lain dan tidak dijalankan.",
    "This request came from another site and was refused.",
)

csrf = Tokens()
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)


def protect(app: Flask, settings: Settings) -> None:
    """Set up cookies, tokens, limits and headers for every answer of the application."""
    https, proxies = settings.https, settings.trust_proxy
    if proxies:  # not the host: what we are called stands in ALUR_BASE_URL, and many proxies let a visitor say it
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-alur" if https else "alur",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session it belongs to
        WTF_CSRF_SSL_STRICT=False,  # it wants a referrer, which we forbid; `_refuse_foreign` looks at the origin
        RATELIMIT_STORAGE_URI="memory://",
    )
    app.before_request(lambda: _refuse_foreign(settings.base_url))  # first: what is foreign is not even shown again
    app.before_request(_bound_plain_bodies)  # before anything reads the form
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(lambda response: _harden(response, https))


def _bound_plain_bodies() -> None:
    """Only a form with files may be as large as its files: every other body is read at once and kept in memory."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = request.max_form_memory_size


def _refuse_foreign(base_url: str) -> None:
    """Refuse a change that another site caused. `no-referrer` makes browsers send "null", so null decides nothing."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", "null")
    ours = {_origin(request.host_url), _origin(base_url)}
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(FOREIGN)
    if origin != "null" and origin not in ours:
        raise Forbidden(FOREIGN)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _harden(response: Response, https: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if https:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")
    return response
