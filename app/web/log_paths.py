"""Keeps the secret part of links out of logs: whoever reads a log must not be able to open what they open."""

from __future__ import annotations

import logging
import re

FOLDERS = ("tautan", "kode", "sandi")  # the pages whose address ends in a secret
_SECRET = re.compile(rf"(/(?:{'|'.join(FOLDERS)})/)[^\s/?#\"'\\]+")


def hushed(text: str) -> str:
    """The text with [tautan pribadi] in place of each secret."""
    return _SECRET.sub(r"\1[tautan pribadi]", text)


class Hush(logging.Filter):
    """Writes every record of the server without secrets, also those that name a path inside an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, changed where it must be."""
        said = record.getMessage()
        quiet = hushed(said)
        if quiet != said:
            record.msg, record.args = quiet, ()
        return True


def hush(*names: str) -> None:
    """Let these loggers write no secrets."""
    for name in names:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Hush) for each in logger.filters):
            logger.addFilter(Hush())
