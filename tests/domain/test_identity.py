"""What people say about themselves is checked kindly: real forms pass, impossible ones are explained."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import Unfit, email, masked_nik, name, nik, phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("(0285) 421243", "+62285421243"),  # the service standard's own numbers
        ("(0285) 420223", "+62285420223"),
        ("0816644000", "+62816644000"),
        ("0816-644-000", "+62816644000"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("021-3456789", "+62213456789"),
        ("0285.421243", "+62285421243"),
    ],
)
def test_numbers_people_really_write_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert phone(typed) == kept
    assert phone(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "112",
        "1708",
        "12345678",
        "08",
        "0012345678",
        "+65 6123 4567",
        "081234567890123456",
        "\uff10\uff18\uff11\uff12345678",
        "0812x3456789",
        "0812;drop",
    ],
)
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        phone(typed)


@pytest.mark.parametrize(
    "typed", ["3375011708450001", "3375 0157 0845 0001", "3375-0131-1290-1234", "3375017112909999"]
)
def test_possible_nik_passes(typed: str) -> None:
    assert len(nik(typed)) == 16


@pytest.mark.parametrize(
    "typed",
    ["", "337501170845000", "33750117084500011", "3375010008450001", "3375013208450001", "3375014008450001",
     "3375017208450001", "3375011700450001", "3375011713450001", "3375011708450000", "33750117084500O1",
     "٣٣٧٥٠١١٧٠٨٤٥٠٠٠١"],
)  # fmt: skip
def test_impossible_nik_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        nik(typed)


def test_a_shown_nik_keeps_only_its_last_four_digits() -> None:
    assert masked_nik("3375011708451234") == "************1234"


@pytest.mark.parametrize(
    "typed",
    ["Suparman", "Siti Nur'aini", "Siti Nur\u2019aini", "R. Ngt. Sri-Rahayu, S.Pd.", "José", "Ng", "  Budi   Santoso "],
)
def test_indonesian_names_pass_single_words_too(typed: str) -> None:
    assert "  " not in name(typed)


@pytest.mark.parametrize(
    "typed", ["", "A", "4nton", "Budi <b>", "Budi\nBcc: x", "x" * 101, "...", "=SUM(A1)", "Budi; DROP"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        name(typed)


@pytest.mark.parametrize(
    "typed", ["siti@example.com", " budi.s@pekalongankota.go.id ", "a+b@contoh.co.id", "o'brien@example.museum"]
)
def test_addresses_with_a_top_level_pass(typed: str) -> None:
    assert email(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        "diskominfo@gafe.pekalongankota",
        "siti",
        "siti@",
        "siti@localhost",
        "a b@example.com",
        "siti@example.com\r\nBcc: x@example.com",
        "<siti@example.com>",
        ".siti@example.com",
        "siti..s@example.com",
        "siti@-example.com",
        "siti@example.123",
        "siti@[127.0.0.1]",
        "s" * 65 + "@example.com",
    ],
)
def test_the_source_documents_own_address_and_other_slips_are_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        email(typed)


@pytest.mark.parametrize("check", [name, phone, email, nik])
@given(text=st.text())
def test_a_check_refuses_or_gives_a_value_that_passes_again(check: Callable[[str], str], text: str) -> None:
    try:
        kept = check(text)
    except Unfit as unfit:
        assert unfit.text.id and unfit.text.en
    else:
        assert check(kept) == kept


def test_a_domain_in_other_letters_is_kept_as_the_network_knows_it() -> None:
    assert email("siti@Contoh.ID") == "siti@contoh.id"
    assert email("siti@b\u00fccher.example") == "siti@xn--bcher-kva.example"
