"""How large the counts of the long tests are: in full with ALUR_LONG=1, a tenth otherwise."""

from __future__ import annotations

import os


def scaled(count: int) -> int:
    """`count` in a long run (`make test-long`), else a tenth of it, at least one."""
    return count if os.environ.get("ALUR_LONG") == "1" else max(1, count // 10)
