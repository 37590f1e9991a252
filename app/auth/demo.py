"""The one password of all demo people, shown on the sign-in page; production never has a demo person."""

from __future__ import annotations

DEMO_PASSWORD = "coba-alur-bersama"
