"""Phone numbers: one spelling, a mask."""

from __future__ import annotations

import csv

import pytest

from binzhi.guests.errors import PhoneNotValid
from binzhi.guests.phones import mask_phone, normalise_phone, phone_index, show_phone, tail_index
from tests.guests.conftest import SHARED


@pytest.mark.parametrize(
    ("typed", "kept", "masked", "shown"),
    [
        ("13912348806", "+8613912348806", "139****8806", "139 1234 8806"),
        ("139-1234-8806", "+8613912348806", "139****8806", "139 1234 8806"),
        ("+86 139 1234 8806", "+8613912348806", "139****8806", "139 1234 8806"),
        ("0086 139 1234 8806", "+8613912348806", "139****8806", "139 1234 8806"),
        ("１３９１２３４８８０６", "+8613912348806", "139****8806", "139 1234 8806"),
        ("139–1234–8806", "+8613912348806", "139****8806", "139 1234 8806"),
        ("0571-8765 4321", "+8657187654321", "****4321", "0571 8765 4321"),
        ("+44 20 7946 0018", "+442079460018", "+44 ****0018", "+44 20 7946 0018"),
        ("+852 6123 4567", "+85261234567", "+852 ****4567", "+852 6123 4567"),
    ],
)
def test_normalise_phone_one_spelling(typed: str, kept: str, masked: str, shown: str) -> None:
    assert (normalise_phone(typed), mask_phone(kept), show_phone(kept)) == (kept, masked, shown)


@pytest.mark.parametrize(
    "typed",
    ["1391234880", "139123488066", "12345678901", "call me", "139\x001234", "139 1234 8806 ext 5", "+999 12345678", "😀",
     "1" * 60, "+", "", "\ud800", "139123488o6", "+44 1"],
)  # fmt: skip
def test_normalise_phone_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(PhoneNotValid) as refusal:
        normalise_phone(typed)
    assert (refusal.value.field, refusal.value.status) == ("phone", 422)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not there")
def test_normalise_phone_example_of_every_region_is_taken() -> None:
    wrong = []
    with (SHARED / "identity_docs" / "phone_examples.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            kept = normalise_phone(row["e164"])
            if kept != row["e164"] or row["national_number"][-7:] in mask_phone(kept):
                wrong.append(row)
    assert wrong == []


def test_indexes_differ_by_purpose() -> None:
    assert tail_index("+8613912348806") == tail_index("8806") != phone_index("8806")
