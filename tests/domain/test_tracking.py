"""The tracking id: opaque, forgiving to type, and sure to notice a slip of the finger."""

from __future__ import annotations

from app.domain.chance import CROCKFORD, SeededChance
from app.domain.tracking import is_tracking_id, normalise, shown, shown_secret, tracking_id


def test_a_fresh_id_is_ten_characters_of_the_alphabet_and_valid() -> None:
    chance = SeededChance(1)
    ids = {tracking_id(chance) for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(len(each) == 10 and set(each) <= set(CROCKFORD) and is_tracking_id(each) for each in ids)


def test_every_single_wrong_character_is_noticed() -> None:
    right = tracking_id(SeededChance(2))
    wrong = [right[:i] + c + right[i + 1 :] for i in range(10) for c in CROCKFORD if c != right[i]]
    assert len(wrong) == 310
    assert not any(is_tracking_id(each) for each in wrong)


def test_every_swap_of_two_neighbours_is_noticed() -> None:
    right = tracking_id(SeededChance(3))
    swaps = [right[:i] + right[i + 1] + right[i] + right[i + 2 :] for i in range(9) if right[i] != right[i + 1]]
    assert swaps
    assert not any(is_tracking_id(each) for each in swaps)


def test_typing_is_forgiven() -> None:
    assert normalise(" o1l-i 9z–a#") == "01119ZA"
    assert not is_tracking_id("")
    assert not is_tracking_id("UUUUUUUUUU")


def test_a_number_is_read_in_two_halves_and_a_secret_in_four_groups() -> None:
    number = tracking_id(SeededChance(4))
    assert shown(number) == f"{number[:5]}-{number[5:]}" and normalise(shown(number)) == number
    assert [shown(text) for text in ("", "uji-1", number.lower(), "UUUUUUUUUU")] == [
        "",
        "uji-1",
        number.lower(),
        "UUUUUUUUUU",
    ]
    assert shown_secret("7K2F9QX4M3TBW8HD") == "7K2F-9QX4-M3TB-W8HD"
