"""Reads JSON that anybody may have written."""

from __future__ import annotations

import json
from typing import Any


def parse_json(content: bytes) -> Any:
    """What a file's bytes say. Raises ValueError for all that is not JSON, or no text that could be shown."""
    try:
        found = json.loads(content)
        json.dumps(found, ensure_ascii=False).encode()  # JSON can write half a character, which is no text
    except UnicodeEncodeError:
        raise ValueError("half a character") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found
