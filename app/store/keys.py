"""The keys that guard identities and the audit trail, all derived from one master key that can be rotated."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.chance import CROCKFORD

NONCE = 12
ID = 4
FORMAT = b"\x01"  # first byte of a wrapped key, so that another cipher can follow one day


class Unreadable(Exception):
    """A sealed text does not open: its key is gone, is another installation's, or somebody changed the bytes."""


@dataclass(frozen=True)
class MasterKey:
    """One master key; what is derived from it never leaves this module except as hashes."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> bytes:
        """Four bytes that tell which master key wrapped a data key."""
        return hashlib.sha256(b"alur key id" + self.secret).digest()[:ID]

    @cached_property
    def _wrapping(self) -> AESGCM:
        return AESGCM(self.derive("wrap"))

    @cached_property
    def _derived(self) -> dict[str, bytes]:
        return {}

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose only."""
        key = self._derived.get(purpose)
        if key is None:
            key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"alur {purpose}".encode()).derive(self.secret)
            self._derived[purpose] = key
        return key

    def digest(self, purpose: str, content: bytes) -> str:
        """A keyed hash (HMAC-SHA256, 64 hexadecimal digits)."""
        return hmac.new(self.derive(purpose), content, hashlib.sha256).hexdigest()

    def code(self, purpose: str, token: str, length: int) -> str:
        """A code of the Crockford alphabet that follows from a token: the same token gives the same code."""
        raw = bytes.fromhex(self.digest(purpose, token.encode()))
        return "".join(CROCKFORD[byte & 31] for byte in raw[:length])

    def wrap(self, data_key: bytes) -> bytes:
        """The data key under this master key, with the master key's id in front."""
        nonce = os.urandom(NONCE)
        return FORMAT + self.id + nonce + self._wrapping.encrypt(nonce, data_key, FORMAT + self.id)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key again."""
        start = 1 + ID
        return self._wrapping.decrypt(wrapped[start : start + NONCE], wrapped[start + NONCE :], FORMAT + self.id)


@dataclass(frozen=True)
class KeyRing:
    """The master key in use and those it replaced: new things use the first, old things open with any."""

    current: MasterKey
    former: tuple[MasterKey, ...] = ()

    @classmethod
    def of(cls, current: bytes, *former: bytes) -> KeyRing:
        """A ring from raw keys, the one in use first."""
        return cls(MasterKey(current), tuple(MasterKey(key) for key in former))

    @property
    def all(self) -> tuple[MasterKey, ...]:
        """Every key, the one in use first."""
        return (self.current, *self.former)

    def digest(self, purpose: str, text: str) -> str:
        """The keyed hash under which something new is stored."""
        return self.current.digest(purpose, text.encode())

    def digests(self, purpose: str, text: str) -> tuple[str, ...]:
        """All keyed hashes under which something may have been stored, for look-ups."""
        return tuple(key.digest(purpose, text.encode()) for key in self.all)

    def matches(self, purpose: str, text: str, stored: str) -> bool:
        """Whether `stored` is the keyed hash of the text; takes the same time whatever differs."""
        found = False
        for digest in self.digests(purpose, text):
            found |= hmac.compare_digest(digest, stored)
        return found

    def unwrap(self, wrapped: bytes) -> bytes:
        """A data key that one of the master keys wrapped; raises Unreadable when none did."""
        try:
            return self._key_of(wrapped).unwrap(wrapped)
        except InvalidTag as error:
            raise Unreadable("the wrapped key does not open") from error

    def seal(self, identity: Mapping[str, object], context: str) -> tuple[bytes, bytes]:
        """Encrypt one identity for one complaint (`context`): (wrapped data key, sealed text)."""
        data_key, nonce = AESGCM.generate_key(256), os.urandom(NONCE)
        plain = json.dumps(identity, ensure_ascii=False).encode()
        return self.current.wrap(data_key), nonce + AESGCM(data_key).encrypt(nonce, plain, context.encode())

    def open(self, wrapped: bytes, sealed: bytes, context: str) -> dict[str, object]:
        """The identity again; raises Unreadable when the key is unknown or a byte was changed or moved."""
        try:
            data_key = self._key_of(wrapped).unwrap(wrapped)
            plain = AESGCM(data_key).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
        except InvalidTag as error:
            raise Unreadable("the sealed identity does not open") from error
        identity: dict[str, object] = json.loads(plain)
        return identity

    def _key_of(self, wrapped: bytes) -> MasterKey:
        for key in self.all:
            if wrapped[:1] == FORMAT and wrapped[1 : 1 + ID] == key.id:
                return key
        raise Unreadable("this identity was sealed under a master key that is not here")
