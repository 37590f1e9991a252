"""A sealed stream gives back what was written, or nothing: no part can be changed, moved, left out or cut off."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store import archive
from app.store.archive import BadArchive, SealedReader, SealedWriter
from app.store.keys import KeyRing

KEYS, PART = KeyRing.of(b"k" * 32), 64
WHOLE = PART + 16


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> object:
    """Many parts in few bytes."""
    patch = pytest.MonkeyPatch()
    patch.setattr(archive, "PART", PART)
    yield
    patch.undo()


def sealed(*texts: bytes, keys: KeyRing = KEYS) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, keys)
    for text in texts:
        writer.write(text)
    writer.close()
    return file.getvalue()


def opened(content: bytes, keys: KeyRing = KEYS, at_once: int = -1) -> bytes:
    reader = SealedReader(io.BytesIO(content), keys)
    if at_once < 0:
        return reader.read()
    found = bytearray()
    while given := reader.read(at_once):
        found += given
    return bytes(found)


HEAD = len(sealed()) - 16


@given(st.lists(st.binary(max_size=3 * PART), max_size=5), st.integers(1, 200))
def test_what_was_written_is_read_whatever_the_pieces(texts: list[bytes], at_once: int) -> None:
    assert opened(sealed(*texts), at_once=at_once) == b"".join(texts)


@given(st.binary(min_size=0, max_size=5 * PART), st.data())
@settings(max_examples=300)
def test_a_changed_byte_and_an_early_end_are_noticed_wherever_they_are(text: bytes, data: st.DataObject) -> None:
    content = bytearray(sealed(text))
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
    else:
        del content[at:]
    with pytest.raises(BadArchive):
        opened(bytes(content))


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_an_end_between_two_parts_is_no_end(parts: int) -> None:
    content = sealed(b"x" * (4 * PART))
    with pytest.raises(BadArchive):
        opened(content[: HEAD + parts * WHOLE])


def test_parts_of_another_place_or_another_file_do_not_fit() -> None:
    first, second = sealed(b"a" * (3 * PART)), sealed(b"a" * (3 * PART))
    cut = [first[HEAD + at * WHOLE : HEAD + (at + 1) * WHOLE] for at in range(3)]
    for parts in ([cut[1], cut[0], cut[2]], [cut[0], cut[2]], [*cut, cut[2]], [cut[0], cut[0], *cut[1:]]):
        with pytest.raises(BadArchive):
            opened(first[:HEAD] + b"".join(parts))
    with pytest.raises(BadArchive):
        opened(first[:HEAD] + second[HEAD:])


def test_a_former_key_opens_it_and_a_strange_one_says_so() -> None:
    content = sealed(b"abc")
    assert opened(content, KeyRing.of(b"n" * 32, b"k" * 32)) == b"abc"
    with pytest.raises(BadArchive) as refused:
        opened(content, KeyRing.of(b"n" * 32))
    assert refused.value.message == archive.OTHER_KEY


def test_equal_texts_look_different_each_time() -> None:
    assert sealed(b"a" * 100)[HEAD:] != sealed(b"a" * 100)[HEAD:]
