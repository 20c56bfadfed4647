"""Sealed values open only with their key and in their place; a missing key is a clear refusal."""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from binzhi.kernel import crypto
from binzhi.kernel.crypto import KeyMissing

PLACE = "guests_guest.phone:7"
OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.BINZHI_DATA_KEYS = {1: OLD}


@pytest.mark.parametrize("text", ["", "110105194912310029", "𠮷😀محمد", "x" * 10_000])
def test_open_sealed_same_place_gives_the_text(text: str) -> None:
    assert crypto.open_sealed(crypto.seal(text, place=PLACE), place=PLACE) == text


def test_seal_twice_gives_two_ciphertexts() -> None:
    assert crypto.seal("same", place=PLACE) != crypto.seal("same", place=PLACE)


def test_seal_does_not_contain_the_text() -> None:
    assert b"110105194912310029" not in crypto.seal("110105194912310029", place=PLACE)


def test_open_sealed_in_another_place_stays_closed() -> None:
    sealed = crypto.seal("secret", place=PLACE)
    with pytest.raises(KeyMissing):
        crypto.open_sealed(sealed, place="guests_guest.phone:8")


@pytest.mark.parametrize("position", [0, 1, 13, -1])
def test_open_sealed_one_byte_changed_stays_closed(position: int) -> None:
    sealed = bytearray(crypto.seal("secret", place=PLACE))
    sealed[position] ^= 1
    with pytest.raises(KeyMissing):
        crypto.open_sealed(bytes(sealed), place=PLACE)


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01" + b"n" * 12])
def test_open_sealed_too_short_stays_closed(broken: bytes) -> None:
    with pytest.raises(KeyMissing):
        crypto.open_sealed(broken, place=PLACE)


def test_seal_with_two_keys_uses_the_newest_and_opens_both(settings: Settings) -> None:
    before = crypto.seal("secret", place=PLACE)
    settings.BINZHI_DATA_KEYS = {1: OLD, 2: NEW}
    after = crypto.seal("secret", place=PLACE)
    assert (crypto.key_id_of(before), crypto.key_id_of(after)) == (1, 2)
    assert crypto.open_sealed(before, place=PLACE) == crypto.open_sealed(after, place=PLACE) == "secret"


def test_open_sealed_key_taken_away_is_a_clear_refusal(settings: Settings) -> None:
    sealed = crypto.seal("secret", place=PLACE)
    settings.BINZHI_DATA_KEYS = {2: NEW}
    with pytest.raises(KeyMissing) as refusal:
        crypto.open_sealed(sealed, place=PLACE)
    assert (refusal.value.code, refusal.value.status) == ("key_missing", 503)


def test_open_sealed_wrong_key_under_the_same_id_stays_closed(settings: Settings) -> None:
    sealed = crypto.seal("secret", place=PLACE)
    settings.BINZHI_DATA_KEYS = {1: NEW}
    with pytest.raises(KeyMissing):
        crypto.open_sealed(sealed, place=PLACE)


def test_blind_index_equal_values_in_other_spelling_are_equal() -> None:
    assert crypto.blind_index("11010519491231002x", purpose="document") == crypto.blind_index(
        " １１０１０５１９４９１２３１００２Ｘ ", purpose="document"
    )


def test_blind_index_depends_on_purpose_and_key(settings: Settings) -> None:
    first = crypto.blind_index("8806", purpose="phone_tail")
    assert first != crypto.blind_index("8806", purpose="phone")
    settings.BINZHI_INDEX_KEY = os.urandom(32)
    assert first != crypto.blind_index("8806", purpose="phone_tail")
