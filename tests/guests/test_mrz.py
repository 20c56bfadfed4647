"""The lines at the foot of travel documents."""

from __future__ import annotations

import json
from datetime import date

import pytest

from binzhi.guests.mrz import MrzNotReadable, check_digit, parse_mrz, read_mrz
from tests.guests.conftest import SHARED

TODAY = date(2026, 11, 21)
# The specimen of ICAO Doc 9303 part 4.
ERIKSSON = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""
SPECIMENS = SHARED / "identity_docs" / "mrz_specimens.json"


def test_parse_mrz_passport_reads_every_field() -> None:
    mrz = parse_mrz(ERIKSSON)
    assert (mrz.shape, mrz.code, mrz.issuer, mrz.number, mrz.nationality) == ("TD3", "P", "UTO", "L898902C3", "UTO")
    assert (mrz.surname, mrz.given_names, mrz.sex) == ("ERIKSSON", "ANNA MARIA", "female")
    assert (mrz.birth_date(today=TODAY), mrz.expires_on(today=TODAY)) == (date(1974, 8, 12), date(2012, 4, 15))
    assert mrz.is_sound


@pytest.mark.parametrize("text", [ERIKSSON.lower(), f"\n {ERIKSSON} \n\n", ERIKSSON.replace("\n", "\r\n")])
def test_parse_mrz_case_and_space_around_do_not_matter(text: str) -> None:
    assert parse_mrz(text).is_sound


def test_parse_mrz_every_wrong_digit_is_told() -> None:
    one, two = ERIKSSON.split("\n")
    for place in (*range(10), *range(13, 20), *range(21, 43)):
        wrong = "9" if two[place] != "9" else "8"
        mrz = parse_mrz(f"{one}\n{two[:place]}{wrong}{two[place + 1 :]}")
        assert not mrz.is_sound, place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P<UTO",
        ERIKSSON.split("\n")[0],
        ERIKSSON + "\nX",
        ERIKSSON.replace("<", "é"),
        "\0" * 88,
        "😀" * 44 + "\n" + "😀" * 44,
    ],
)
def test_parse_mrz_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(MrzNotReadable) as refusal:
        parse_mrz(text)
    assert (refusal.value.field, refusal.value.status) == ("mrz", 422)


def test_read_mrz_puts_confused_letters_and_digits_right() -> None:
    confused = "P<UT0ERIK55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<\nL898902C36UTO740BIZZF12041S9ZE184226B<<<<<1O"
    assert not parse_mrz(confused).is_sound
    assert read_mrz(confused) == parse_mrz(ERIKSSON)


def test_read_mrz_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(MrzNotReadable):
        read_mrz(ERIKSSON.replace("L898902C3", "L898902C4"))


@pytest.mark.parametrize(
    ("digits", "born", "expires"),
    [("260101", date(2026, 1, 1), date(2026, 1, 1)), ("270101", date(1927, 1, 1), date(2027, 1, 1)),
     ("000229", date(2000, 2, 29), date(2000, 2, 29)), ("74<<<<", None, None), ("741301", None, None)],
)  # fmt: skip
def test_dates_of_two_digits_births_lie_back_and_expiries_ahead(
    digits: str, born: date | None, expires: date | None
) -> None:
    from dataclasses import replace

    mrz = replace(parse_mrz(ERIKSSON), born=digits, expires=digits)
    assert (mrz.birth_date(today=TODAY), mrz.expires_on(today=TODAY)) == (born, expires)


def test_check_digit_of_the_standard() -> None:
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"


@pytest.mark.skipif(not SPECIMENS.exists(), reason="../shared/data/identity_docs is not there")
def test_parse_mrz_specimens_check_as_others_computed() -> None:
    wrong = []
    for specimen in json.loads(SPECIMENS.read_text())["specimens"]:
        expected = specimen["check_digits"]
        mrz = parse_mrz("\n".join(specimen["lines"]))
        for name, fits in mrz.checks.items():
            if name in expected and expected[name] != fits:
                wrong.append((specimen["id"], name, expected[name], fits))
        if expected["all_check_digits_ok"] != mrz.is_sound:
            wrong.append((specimen["id"], "all", expected["all_check_digits_ok"], mrz.checks))
    assert wrong == []


@pytest.mark.skipif(not SPECIMENS.exists(), reason="../shared/data/identity_docs is not there")
def test_parse_mrz_long_numbers_go_on_in_the_optional_data() -> None:
    lines = {s["id"]: "\n".join(s["lines"]) for s in json.loads(SPECIMENS.read_text())["specimens"]}
    assert parse_mrz(lines["td1-bel-03003"]).number == "000590240601"
    assert parse_mrz(lines["td1-prt-prado-04001"]).number == "007666667ZZ0"
    swiss = parse_mrz(lines["td1-che-smith"])
    assert (swiss.shape, swiss.number, swiss.surname, swiss.given_names) == ("TD1", "A1234567", "SMITH", "JOHN ALBERT")
    french = parse_mrz(lines["fra-id-berthier"])
    assert (french.surname, french.given_names, french.sex) == ("BERTHIER", "CORINNE", "female")
