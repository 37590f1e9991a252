"""Short ways for tests of signing in: a person with a password, and what a browser sends."""

from __future__ import annotations

import re
from datetime import date

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.commands.person.accounts import AddUser, GrantRole
from app.domain.roles import SYSTEM
from tests.world import World

PASSWORD = "tiga ekor kucing hijau"
EMAIL = "rina@example.com"


def person(service: World, email: str = EMAIL, role: str = "dinkominfo_admin", unit: str | None = "DINKOMINFO") -> str:
    """Somebody with a password and one role; returns the id."""
    user_id: str = service.runner.run(AddUser("Rina Wati", email, PASSWORD, unit), SYSTEM)
    service.runner.run(GrantRole(user_id, role, "SK 3/2026", date(2026, 1, 1), None, unit), SYSTEM)
    return user_id


def sign_in(browser: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
    """Send the sign-in form."""
    return browser.post("/masuk", data={"email": email, "password": password, **more})


def cookies(answer: TestResponse) -> dict[str, str]:
    """Name -> the whole header of each cookie that the answer sets."""
    return {re.split("=", header)[0]: header for header in answer.headers.getlist("Set-Cookie")}
