"""Which document numbers can be, how they are masked."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest

from binzhi.guests.documents import DocumentInput, check_document, mask_number, number_index
from binzhi.guests.errors import DocumentExpired, DocumentNotValid
from binzhi.kernel.errors import InvalidInput
from tests.guests.conftest import SHARED

TODAY = date(2026, 11, 21)


def check(kind: str, number: str, **more: Any) -> Any:
    country, expires_on = more.pop("country", ""), more.pop("expires_on", None)
    return check_document(DocumentInput(kind, number, country, expires_on), today=TODAY, **more)


@pytest.mark.parametrize(
    ("typed", "number", "born", "sex"),
    [
        ("11010519491231002X", "11010519491231002X", date(1949, 12, 31), "female"),
        ("11010519491231002x", "11010519491231002X", date(1949, 12, 31), "female"),
        (" 110105 1949 1231 002X ", "11010519491231002X", date(1949, 12, 31), "female"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", date(1949, 12, 31), "female"),
        ("110101199003078670", "110101199003078670", date(1990, 3, 7), "male"),
        ("610104620927690", "610104196209276908", date(1962, 9, 27), "female"),
        ("810000199408230021", "810000199408230021", date(1994, 8, 23), "female"),
    ],
)
def test_check_document_resident_id_tells_birth_and_sex(typed: str, number: str, born: date, sex: str) -> None:
    checked = check("resident_id", typed)
    assert (checked.number, checked.birth_date, checked.sex, checked.country) == (number, born, sex, "CHN")


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021", "11010519491231002", "1101051949123100200", "11010519491331002X", "990426199112010074",
        "T60426199101010078", "X1010519491231002X", "", "   ", "11010519491231002Ⅹ1", "110105199902300028",
        "110105209912310024", "610104621327690", "１２３", "\0", "陈", "11010519491231002X;--",
    ],
)  # fmt: skip
def test_check_document_resident_id_that_cannot_be_is_refused_at_the_number(number: str) -> None:
    with pytest.raises(DocumentNotValid) as refusal:
        check("resident_id", number)
    assert (refusal.value.field, refusal.value.status) == ("number", 422)


def test_check_document_every_single_wrong_digit_is_found() -> None:
    """ISO 7064 MOD 11-2 finds every single wrong place and every swap of neighbours."""
    good = "110101199003078670"
    for place in range(18):
        for digit in "0123456789":
            if digit != good[place]:
                with pytest.raises(DocumentNotValid):
                    check("resident_id", good[:place] + digit + good[place + 1 :])
    for place in range(17):
        swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
        if swapped != good:
            with pytest.raises(DocumentNotValid):
                check("resident_id", swapped)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not there")
def test_check_document_verdicts_of_others_agree() -> None:
    wrong = []
    with (SHARED / "identity_docs" / "cn_resident_id.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            try:
                check("resident_id", row["number"])
                verdict = "True"
            except DocumentNotValid:
                verdict = "False"
            # "depends": a guest is not turned away because a table of old district codes has a gap.
            if row["expected_valid"] not in (verdict, "depends"):
                wrong.append(row)
    assert wrong == []


@pytest.mark.parametrize(
    ("given", "message"),
    [({"birth_date": date(1950, 1, 1)}, "1949-12-31"), ({"sex": "male"}, "")],
)
def test_check_document_that_contradicts_the_file_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentNotValid) as refusal:
        check("resident_id", "11010519491231002X", **given)
    assert message in refusal.value.text


def test_check_document_that_agrees_with_the_file_passes() -> None:
    assert check("resident_id", "11010519491231002X", birth_date=date(1949, 12, 31), sex="female").sex == "female"


@pytest.mark.parametrize(
    ("kind", "number", "country", "kept", "issued"),
    [
        ("passport", "l898902c3", "USA", "L898902C3", "USA"),
        ("passport", "C01X0006H", "D<<", "C01X0006H", "DEU"),
        ("passport", "E12345678", "CHN", "E12345678", "CHN"),
        ("passport", "EA1234567", "CHN", "EA1234567", "CHN"),
        ("passport", "533380006", "GBN", "533380006", "GBN"),
        ("hk_macao", "H12345678", "", "H12345678", "CHN"),
        ("hk_macao", "m12345678 01", "HKG", "M1234567801", "CHN"),
        ("taiwan", "12345678", "", "12345678", "CHN"),
        ("taiwan", "0012345601(B)", "", "0012345601B", "CHN"),
        ("foreigner_pr", "KAZ110090123105", "KAZ", "KAZ110090123105", "KAZ"),
        ("hmt_residence", "810000199408230021", "", "810000199408230021", "CHN"),
        ("foreigner_pr", "911124198108030024", "USA", "911124198108030024", "USA"),
        ("other", "军字第12", "", None, ""),
        ("other", "AB-123/4", "", None, ""),
        ("other", "AB-1234", "", "AB1234", ""),
    ],
)
def test_check_document_other_kinds(kind: str, number: str, country: str, kept: str | None, issued: str) -> None:
    if kept is None:
        with pytest.raises(DocumentNotValid):
            check(kind, number, country=country)
        return
    checked = check(kind, number, country=country)
    assert (checked.number, checked.country) == (kept, issued)


@pytest.mark.parametrize(
    ("kind", "number", "country", "field"),
    [
        ("passport", "L898902C3", "", "country"), ("passport", "L898902C3", "UTO", "country"),
        ("passport", "L898902C3", "XYZ", "country"), ("passport", "L89", "USA", "number"),
        ("passport", "123456789012345678901", "USA", "number"), ("passport", "12AB", "CHN", "number"),
        ("hk_macao", "A12345678", "", "number"), ("hk_macao", "H1234567", "", "number"),
        ("taiwan", "1234567", "", "number"), ("foreigner_pr", "911124198108030025", "USA", "number"),
        ("foreigner_pr", "KAZ110090123106", "KAZ", "number"), ("hmt_residence", "11010519491231002X", "", "number"),
        ("driving_licence", "123", "", "kind"), ("", "123", "", "kind"),
    ],
)  # fmt: skip
def test_check_document_other_kinds_that_cannot_be_are_refused_at_their_field(
    kind: str, number: str, country: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check(kind, number, country=country)
    assert refusal.value.field == field


def test_check_document_on_its_last_day_is_good_and_the_day_after_expired() -> None:
    assert check("passport", "L898902C3", country="USA", expires_on=TODAY).expires_on == TODAY
    with pytest.raises(DocumentExpired) as refusal:
        check("passport", "L898902C3", country="USA", expires_on=date(2026, 11, 20))
    assert (refusal.value.field, "2026-11-20" in refusal.value.text) == ("expires_on", True)


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("resident_id", "11010519491231002X", "110***********002X"),
        ("passport", "L898902C3", "L*****2C3"),
        ("hk_macao", "H12345678", "H*****678"),
        ("taiwan", "12345678", "1****678"),
        ("other", "AB12", "A***"),
        ("other", "ABC", "A**"),
    ],
)
def test_mask_number_hides_the_middle(kind: str, number: str, shown: str) -> None:
    assert mask_number(kind, number) == shown


def test_number_index_is_the_same_in_every_spelling() -> None:
    assert number_index("11010519491231002X") == number_index("11010519491231002x")
