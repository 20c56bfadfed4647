"""Finding a guest by whatever is typed, with few statements and only through indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.guests import files
from binzhi.guests.access import Permission
from binzhi.guests.documents import DocumentInput
from binzhi.guests.queries import recent_guests, search_guests
from binzhi.guests.search import Arm, arms_of, union, upper_bound
from binzhi.guests.services import GuestDetails, add_document, create_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague, new_hotel

Add = Callable[..., int]


def names(hotel: HotelRef, text: str, limit: int = 10) -> list[str]:
    return [hit.name for hit in search_guests(group_id=hotel.group_id, text=text, limit=limit)]


@pytest.fixture
def known(hotel: HotelRef, clerk: Actor, add: Add) -> HotelRef:
    chen = add("陈国梁", phone="13912348806", member_no="BZ100200")
    add_document(
        hotel_id=hotel.pk, guest_id=chen, document=DocumentInput("resident_id", "610104620927690"), actor=clerk, now=NOW
    )
    anna = add("Anna Maria Eriksson", phone="+44 20 7946 0018", member_no="88060000")
    add_document(
        hotel_id=hotel.pk, guest_id=anna, document=DocumentInput("passport", "L898902C3", "USA"), actor=clerk, now=NOW
    )
    taiwan = add("林志明")
    add_document(hotel_id=hotel.pk, guest_id=taiwan, document=DocumentInput("taiwan", "12345678"), actor=clerk, now=NOW)
    for name in ("单雄信", "吕丽", "欧阳娜娜", "Müller", "阿卜杜拉·买买提", "王小明", "محمد بن سلمان"):
        add(name)
    return hotel


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("陈", ["陈国梁"]), ("陈国", ["陈国梁"]), ("陈 国梁", ["陈国梁"]), ("陈·国梁", ["陈国梁"]), ("陳國樑", ["陈国梁"]), ("  陈国梁 ", ["陈国梁"]),
        ("chen", ["陈国梁"]), ("CHEN GUOLIANG", ["陈国梁"]), ("chen guo liang", ["陈国梁"]), ("chenguol", ["陈国梁"]),
        ("Guoliang Chen", ["陈国梁"]), ("cgl", ["陈国梁"]), ("CGL", ["陈国梁"]), ("chén guó", ["陈国梁"]), ("ｃｈｅｎ", ["陈国梁"]),
        ("13912348806", ["陈国梁"]), ("139 1234 8806", ["陈国梁"]), ("+86-139-1234-8806", ["陈国梁"]), ("１３９１２３４８８０６", ["陈国梁"]),
        ("8806", ["陈国梁", "Anna Maria Eriksson"]), ("0018", ["Anna Maria Eriksson"]), ("+442079460018", ["Anna Maria Eriksson"]),
        ("BZ100", ["陈国梁"]), ("bz 100 200", ["陈国梁"]), ("880600", ["Anna Maria Eriksson"]),
        ("610104620927690", ["陈国梁"]), ("610104196209276908", ["陈国梁"]), ("l898902c3", ["Anna Maria Eriksson"]),
        ("L898-902 C3", ["Anna Maria Eriksson"]), ("12345678", ["林志明"]),
        ("anna", ["Anna Maria Eriksson"]), ("anna maria", ["Anna Maria Eriksson"]), ("Anna-Maria", ["Anna Maria Eriksson"]),
        ("eriksson anna maria", ["Anna Maria Eriksson"]), ("ERIKSSON/ANNA MARIA", ["Anna Maria Eriksson"]),
        ("ame", ["Anna Maria Eriksson"]), ("shan", ["单雄信"]), ("lv li", ["吕丽"]), ("lyu", ["吕丽"]), ("lü li", ["吕丽"]),
        ("ouyang", ["欧阳娜娜"]), ("oynn", ["欧阳娜娜"]), ("muller", ["Müller"]), ("MÜLLER", ["Müller"]), ("买买提", []),
        ("阿卜杜拉买", ["阿卜杜拉·买买提"]), ("محمد", ["محمد بن سلمان"]), ("王晓明", ["王小明"]),
        ("", []), ("   ", []), ("\0", []), ("\ud800", []), ("%", []), ("_", []), ("'; drop table x", []), ("😀", []), ("···", []),
        ("zzzz", []), ("99", []), ("陈" * 500, []), ("1" * 500, []),
    ],
)  # fmt: skip
def test_search_guests_finds_by_what_is_typed(known: HotelRef, typed: str, found: list[str]) -> None:
    assert names(known, typed) == found


def test_search_guests_another_group_sees_none_of_them(known: HotelRef) -> None:
    other = new_hotel()
    for typed in ("陈", "chen", "cgl", "13912348806", "8806", "BZ100200", "610104196209276908", "L898902C3"):
        assert names(other, typed) == [], typed


def test_search_guests_ranks_level_then_last_stay(hotel: HotelRef) -> None:
    boss = colleague(hotel, *Permission)
    for name, level, stayed in (
        ("王一", "", None), ("王二", "", date(2026, 1, 1)), ("王三", "ip", None), ("王四", "vvip", None), ("王五", "", date(2026, 9, 1)),
        ("王六", "vip", None),
    ):  # fmt: skip
        guest_id = create_guest(
            hotel_id=hotel.pk, details=GuestDetails(name=name, vip_level=level), actor=boss, now=NOW
        )
        if stayed:
            files.note_stay(guest_id=guest_id, on=stayed)
    assert names(hotel, "王") == ["王四", "王六", "王三", "王五", "王二", "王一"]
    assert names(hotel, "wang", limit=2) == ["王四", "王六"]
    assert [hit.name for hit in recent_guests(group_id=hotel.group_id)] == ["王五", "王二"]


@pytest.mark.parametrize("typed", ["陈", "chen guoliang", "cgl", "13912348806", "8806", "610104196209276908", "BZ1"])
def test_search_guests_is_one_statement_whatever_is_found(
    known: HotelRef, django_assert_num_queries: Any, typed: str
) -> None:
    with django_assert_num_queries(1):
        names(known, typed)
    assert len(arms_of(typed)) <= 3


INDEX_OF = {
    "plain": "guest_by_plain", "pinyin": "guest_by_pinyin", "initials": "guest_by_initials",
    "member_no": "guest_by_member_no", "phone_index": "guest_by_phone", "phone_tail_index": "guest_by_phone_tail",
    "number_index": "document_by_number", "name": "organisation_by_name",
}  # fmt: skip


def test_search_guests_every_arm_reads_its_index(hotel: HotelRef) -> None:
    db.execute(
        "INSERT INTO guests_guest (group_id, name, plain, pinyin, initials, member_no, phone_index, phone_tail_index)"
        " SELECT %(group)s, 'x', md5(n::text), md5(n::text), left(md5(n::text), 3), n::text, md5(n::text)::bytea,"
        " left(md5(n::text), 3)::bytea FROM generate_series(1, 20000) n",
        {"group": hotel.group_id},
    )
    db.execute(
        "INSERT INTO guests_guestdocument (group_id, guest_id, kind, number_sealed, number_masked, number_index)"
        " SELECT group_id, id, 'other', '', '', phone_index FROM guests_guest WHERE group_id = %s",
        [hotel.group_id],
    )
    db.execute("ANALYZE guests_guest, guests_guestdocument")
    seen = set()
    for typed in ("陈国", "chen", "cgl", "13912348806", "8806", "610104196209276908", "BZ1", "anna maria e"):
        for arm in arms_of(typed):
            sql, params = union([arm], group_id=hotel.group_id)
            plan = "\n".join(row["QUERY PLAN"] for row in db.fetch_all(f"EXPLAIN {sql}", params))
            index = INDEX_OF[arm.column].replace("guest", "organisation") if arm.of_people else INDEX_OF[arm.column]
            # Five organisations on a page are not worth an index: only that no file is read that is not theirs.
            assert index in plan or (arm.of_people and "Seq Scan on guests_guest" not in plan), (typed, plan)
            seen.add(arm.column)
    assert seen == set(INDEX_OF)


@given(st.text(max_size=80))
def test_arms_of_any_text_are_at_most_three_and_can_be_bound(text: str) -> None:
    arms = arms_of(text)
    assert len(arms) <= 3
    for arm in arms:
        if isinstance(arm.value, str):
            assert "\0" not in arm.value
            arm.value.encode()
            assert arm.value.encode() < upper_bound(arm.value).encode()


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1), st.text())
def test_upper_bound_is_above_every_text_with_the_prefix(prefix: str, rest: str) -> None:
    if ord(prefix[-1]) < 0x10FFFF and not any("\ud800" <= c <= "\udfff" for c in rest):
        assert prefix.encode() <= (prefix + rest).encode() < upper_bound(prefix).encode()


def test_arm_of_a_prefix_asks_for_at_most_fifty(hotel: HotelRef) -> None:
    sql, params = Arm("pinyin", "zhang").sql(0, hotel.group_id)
    assert ("LIMIT 50" in sql, params) == (True, [hotel.group_id, "zhang", "zhanh"])
