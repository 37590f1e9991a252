"""A sealed file of any size, written and read as a stream: encrypted, and refused where a byte is missing or changed.

The data key is wrapped by the installation's master key, which is never in the file. Each part of 1 MiB is sealed by
AES-256-GCM under a nonce of the file's own beginning, the part's number, and whether it is the last (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár 2015), so that no part can be left out, moved or cut off.
"""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.errors import Refusal
from app.domain.text import Text
from app.store.keys import KeyRing, Unreadable

MAGIC = b"ALUR-BACKUP-1\n"
PART = 1 << 20
_HEAD, _PREFIX, _TAG = struct.Struct(">H"), 7, 16


class BadArchive(Refusal):
    """The file is no backup of this installation, or not whole."""

    code = "bad-archive"
    status = 422
    title = Text("Berkas cadangan ini tidak dapat dibuka.", "This backup cannot be opened.")


NO_ARCHIVE = Text("Berkas ini bukan cadangan Alur.", "This file is no backup of Alur.")
OTHER_KEY = Text(
    "Cadangan ini dibuat dengan kunci lain. Pakai ALUR_IDENTITY_KEY yang berlaku saat cadangan dibuat.",
    "This backup was made with another key. Use the ALUR_IDENTITY_KEY that was in use when it was made.",
)
CHANGED = Text(
    "Cadangan ini terpotong atau berubah sejak dibuat. Pakai salinan lain.",
    "This backup was cut off or changed since it was made. Use another copy.",
)


class SealedWriter(io.RawIOBase):
    """Seals what is written into `file`; only `close` makes it whole."""

    def __init__(self, file: BinaryIO, keys: KeyRing) -> None:
        data_key = AESGCM.generate_key(256)
        wrapped, self._prefix = keys.current.wrap(data_key), os.urandom(_PREFIX)
        self._file, self._cipher, self._held, self._number = file, AESGCM(data_key), bytearray(), 0
        file.write(MAGIC + _HEAD.pack(len(wrapped)) + wrapped + self._prefix)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Take the bytes; whole parts are sealed at once."""
        taken = bytes(data)  # type: ignore[call-overload]
        self._held += taken
        while len(self._held) > PART:  # one byte more: the last part is known as such
            self._seal(bytes(self._held[:PART]), last=False)
            del self._held[:PART]
        return len(taken)

    def close(self) -> None:
        """Seal what is left as the last part."""
        if not self.closed:
            self._seal(bytes(self._held), last=True)
            super().close()

    def _seal(self, part: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(nonce_of(self._prefix, self._number, last), part, MAGIC))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Gives back what was sealed; raises BadArchive before any byte of a part that is not as it was written."""

    def __init__(self, file: BinaryIO, keys: KeyRing) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadArchive(NO_ARCHIVE)
        head = file.read(_HEAD.size)
        length = _HEAD.unpack(head)[0] if len(head) == _HEAD.size else 0
        wrapped, self._prefix = file.read(length), file.read(_PREFIX)
        if not length or len(wrapped) < length or len(self._prefix) < _PREFIX:
            raise BadArchive(CHANGED)
        try:
            self._cipher = AESGCM(keys.unwrap(wrapped))
        except Unreadable as error:
            raise BadArchive(OTHER_KEY) from error
        self._file, self._number, self._over = file, 0, False
        self._next, self._held = file.read(PART + _TAG), b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as the present part goes; 0 at the end."""
        while not self._held and not self._over:
            self._open()
        room = memoryview(buffer)  # type: ignore[arg-type]
        given, self._held = self._held[: len(room)], self._held[len(room) :]
        room[: len(given)] = given
        return len(given)

    def _open(self) -> None:
        sealed, self._next = self._next, self._file.read(PART + _TAG)
        self._over = not self._next
        try:
            self._held = self._cipher.decrypt(nonce_of(self._prefix, self._number, self._over), sealed, MAGIC)
        except (InvalidTag, ValueError) as error:
            raise BadArchive(CHANGED) from error
        self._number += 1


def nonce_of(prefix: bytes, number: int, last: bool) -> bytes:
    """The nonce of one part of a file."""
    return prefix + number.to_bytes(4, "big") + bytes([last])
