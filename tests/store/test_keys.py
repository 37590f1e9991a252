"""Identities open only with their key, for their complaint, unchanged; a replaced master key still opens old ones."""

from __future__ import annotations

import pytest

from app.store.keys import KeyRing, Unreadable

OLD, NEW = b"o" * 32, b"n" * 32
IDENTITY = {"name": "Siti Rahma", "nik": "3375014107900001"}


def test_an_identity_opens_again() -> None:
    keys = KeyRing.of(OLD)
    wrapped, sealed = keys.seal(IDENTITY, "A")
    assert keys.open(wrapped, sealed, "A") == IDENTITY
    assert b"Siti" not in sealed and b"Siti" not in wrapped


def test_two_seals_of_one_identity_share_nothing() -> None:
    keys = KeyRing.of(OLD)
    assert keys.seal(IDENTITY, "A")[1] != keys.seal(IDENTITY, "A")[1]


def test_a_sealed_identity_moved_to_another_complaint_does_not_open() -> None:
    keys = KeyRing.of(OLD)
    wrapped, sealed = keys.seal(IDENTITY, "A")
    with pytest.raises(Unreadable):
        keys.open(wrapped, sealed, "B")


@pytest.mark.parametrize("at", [0, 2, 7, 20, -1])
def test_a_flipped_byte_does_not_open(at: int) -> None:
    keys = KeyRing.of(OLD)
    wrapped, sealed = keys.seal(IDENTITY, "A")
    for one, other in ((wrapped, sealed), (sealed, wrapped)):
        flipped = bytearray(one)
        flipped[at] ^= 1
        pair = (bytes(flipped), other) if one is wrapped else (other, bytes(flipped))
        with pytest.raises(Unreadable):
            keys.open(*pair, "A")


def test_a_replaced_master_key_opens_what_it_wrapped_and_seals_nothing_new() -> None:
    wrapped, sealed = KeyRing.of(OLD).seal(IDENTITY, "A")
    rotated = KeyRing.of(NEW, OLD)
    assert rotated.open(wrapped, sealed, "A") == IDENTITY
    with pytest.raises(Unreadable):
        KeyRing.of(OLD).open(*rotated.seal(IDENTITY, "A"), "A")


def test_look_ups_find_hashes_of_a_replaced_key() -> None:
    stored = KeyRing.of(OLD).digest("nik", "1")
    rotated = KeyRing.of(NEW, OLD)
    assert rotated.matches("nik", "1", stored) and not rotated.matches("nik", "2", stored)
    assert not rotated.matches("phone", "1", stored)
