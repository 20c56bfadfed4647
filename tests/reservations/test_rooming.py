"""Rooming lists: merged cells, dates as text and as numbers, decoration, duplicates; all of it or nothing, and once."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any
from zipfile import ZipFile

import pytest

from binzhi.guests.models import Guest, GuestDocument
from binzhi.kernel.errors import Forbidden, InvalidInput
from binzhi.property.queries import room_types
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks.queries import block_view
from binzhi.reservations.models import ExpectedGuest, RoomReservation
from binzhi.reservations.rooming.checking import check
from binzhi.reservations.rooming.reading import Line, read
from binzhi.reservations.rooming.services import TakenList, take_rooming_list
from tests.factories import NOW, SYSTEM, TestHotel, fingerprint, make_actor
from tests.reservations.groups import FIRST, NIGHTS, counters, group, of_group

CARDS = ("11010519491231002X", "310101199003078673", "330106198001010018")
LAST = FIRST + timedelta(days=NIGHTS)


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def csv(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(rows).encode(encoding)


def taken(hotel: TestHotel, block_id: int, data: bytes, **more: Any) -> TakenList:
    return take_rooming_list(
        hotel_id=hotel.pk, block_id=block_id, lines=read(data), **{"actor": SYSTEM, "now": NOW} | more
    )


def wrong(hotel: TestHotel, block_id: int, data: bytes, *, extra: bool = True) -> dict[tuple[int, str], str]:
    view = block_view(hotel_id=hotel.pk, block_id=block_id)
    return check(view, room_types(hotel.pk), read(data), extra=extra).errors


LIST = csv(
    "杭州考察团入住名单,,,,,,", ",,,,,,", "制表：王小姐,,,,,,",
    "序号,【客人姓名*】,证件号码（必填）,房号,房型,入住日期,离店日期",
    f"1,陈国梁,{CARDS[0]},1,std,{FIRST:%Y/%m/%d},{LAST:%Y年%m月%d日}",
    "2,周敏,E12345678,1,,,",
    f"3,贺振东,,2,STD,{serial(FIRST)},{serial(LAST)}.0",
    "序号,客人姓名,证件号码,房号,房型,入住日期,离店日期",
    f"4,何志达,HKG K1234567,3,std,{FIRST.month}-{FIRST.day},{LAST.month}月{LAST.day}日",
    "合计,4人,,3间,,,",
)  # fmt: skip


def test_list_of_a_group_is_taken_in_one_go(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    assert taken(hotel, ref.id, LIST) == TakenList(rooms=3, people=4, new_files=4, known=0)
    assert counters(hotel) == [(3, 0)] * 3
    rooms = list(RoomReservation.objects.order_by("id"))
    assert [(room.adults, room.arrival, room.departure) for room in rooms] == [
        (2, FIRST, LAST), (1, FIRST, LAST), (1, FIRST, LAST)
    ]  # fmt: skip
    names = ExpectedGuest.objects.order_by("room_reservation", "position").values_list("guest__name", flat=True)
    assert list(names) == ["陈国梁", "周敏", "贺振东", "何志达"]
    kinds = GuestDocument.objects.order_by("id").values_list("kind", "country")
    assert list(kinds) == [("resident_id", "CHN"), ("passport", "CHN"), ("passport", "HKG")]


def test_list_twice_is_as_once(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    taken(hotel, ref.id, LIST)
    before = counters(hotel), of_group(ref), Guest.objects.count()
    assert taken(hotel, ref.id, LIST) == TakenList(rooms=0, people=0, new_files=0, known=3)
    assert (counters(hotel), of_group(ref), Guest.objects.count()) == before
    longer = LIST.replace("合计".encode(), "5,新来的,,4,std,,\n合计".encode())
    with pytest.raises(InvalidInput) as refusal:
        taken(hotel, ref.id, longer)
    assert refusal.value.field == "rows.10.room_type"
    assert taken(hotel, ref.id, longer, extra=True) == TakenList(rooms=1, people=1, new_files=1, known=3)


def test_guest_known_by_the_document_keeps_the_file(hotel: TestHotel) -> None:
    first = group(hotel, rooms=1)
    data = csv("姓名,证件号", f"陈国梁,{CARDS[0]}")
    assert taken(hotel, first.id, data).new_files == 1
    second = group(hotel, rooms=1)
    assert taken(hotel, second.id, data) == TakenList(rooms=1, people=1, new_files=0, known=0)
    assert Guest.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (",E12345678,std,,", "name"), ("王,110105194912310021,std,,", "document"), ("王,3.10101E+17,std,,", "document"),
        ("王,,suite,,", "room_type"), ("王,,std,nein,", "arrival"), ("王,,std,2031-01-01,", "arrival"),
        (f"王,,std,{LAST},{FIRST}", "departure"), ("王,,std,3/4/2026,", "arrival"),
    ],
)  # fmt: skip
def test_one_wrong_cell_is_named_and_nothing_is_written(hotel: TestHotel, row: str, place: str) -> None:
    ref = group(hotel, rooms=3)
    data = csv("姓名,证件号,房型,入住,离店", "贺振东,,std,,", row)
    assert list(wrong(hotel, ref.id, data)) == [(3, place)]
    before = fingerprint(hotel)
    with pytest.raises(InvalidInput) as refusal:
        taken(hotel, ref.id, data)
    assert refusal.value.field == f"rows.3.{place}"
    assert (fingerprint(hotel), Guest.objects.count()) == (before, 0)


def test_duplicates_inside_a_list_are_named(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=5)
    data = csv("姓名,证件号", f"陈国梁,{CARDS[0]}", f"陈国粱,{CARDS[0]}", "周敏,", "周敏,")
    assert sorted(wrong(hotel, ref.id, data)) == [(3, "name"), (5, "name")]


def test_who_shares_a_room_must_agree_and_must_fit(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=5)
    data = csv(
        "姓名,房号,房型,离店",
        "甲,1,std,",
        "乙,1,king,",
        f"丙,2,,{FIRST + timedelta(days=1)}",
        f"丁,2,,{LAST}",
        "戊,1,,",
        "己,1,,",
    )
    assert sorted(wrong(hotel, ref.id, data)) == [(3, "room_type"), (5, "departure"), (7, "share")]


def test_more_rooms_than_the_group_has_are_named_at_the_first_too_many(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    data = csv("姓名", "甲", "乙", "丙")
    assert sorted(wrong(hotel, ref.id, data, extra=False)) == [(3, "room_type"), (4, "room_type")]
    assert wrong(hotel, ref.id, data, extra=True) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_list_is_read_in_the_encodings_met(hotel: TestHotel, encoding: str) -> None:
    lines = read(csv("姓名;房型", "贺振东;大床房", encoding=encoding))
    assert [(line.number, line.values["name"], line.values["room_type"]) for line in lines] == [(2, "贺振东", "大床房")]


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04junk", b"\x00\x01\x02", csv("房型,日期", "std,2026"), csv("姓名", "")]
)
def test_file_that_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(data)


def test_workbook_with_merged_cells_and_real_dates(hotel: TestHotel) -> None:
    """The room, its type and its dates are one merged cell for the two who share it."""
    ref = group(hotel, rooms=2)
    data = workbook(
        [["团队名单"], ["姓名", "房号", "房型", "入住日期", "离店日期"],
         ["陈国梁", 1, "std", serial(FIRST), serial(LAST)], ["周敏", None, None, None, None],
         ["贺振东", 2, "std", serial(FIRST), serial(LAST)]],
        merged=["A1:E1", "B3:B4", "C3:C4", "D3:D4", "E3:E4"],
    )  # fmt: skip
    assert taken(hotel, ref.id, data) == TakenList(rooms=2, people=3, new_files=3, known=0)
    assert list(RoomReservation.objects.order_by("id").values_list("adults", flat=True)) == [2, 1]


def workbook(rows: list[list[Any]], *, merged: list[str]) -> bytes:
    """A small XLSX, written by hand."""

    def cell(column: int, row: int, value: Any) -> str:
        name = f"{'ABCDEFGH'[column]}{row}"
        if value is None:
            return f'<c r="{name}"/>'
        if isinstance(value, int):
            return f'<c r="{name}"><v>{value}</v></c>'
        return f'<c r="{name}" t="inlineStr"><is><t>{value}</t></is></c>'

    body = "".join(
        f'<row r="{n}">{"".join(cell(c, n, value) for c, value in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )
    joined = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName='
        '"/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{ns}" xmlns:r="{rel}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
        f' Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{ns}"><sheetData>{body}</sheetData><mergeCells>{joined}'
        "</mergeCells></worksheet>",
    }  # fmt: skip
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


def test_taking_needs_the_right_to_open_files(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    clerk = make_actor(hotel, [Permission.MANAGE_BLOCKS])
    with pytest.raises(Forbidden):
        taken(hotel, ref.id, csv("姓名", "甲"), actor=clerk)


def test_list_of_a_group_that_is_not_definite_is_refused(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1, status="tentative")
    before = fingerprint(hotel)
    with pytest.raises(errors.BlockNotDefinite):
        taken(hotel, ref.id, csv("姓名", "甲"))
    assert (fingerprint(hotel), Guest.objects.count()) == (before, 0)


def test_lines_outside_the_page_are_as_good_as_a_file(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    lines = [Line(2, {"name": "甲", "room_type": "std"})]
    done = take_rooming_list(hotel_id=hotel.pk, block_id=ref.id, lines=lines, actor=SYSTEM, now=NOW)
    assert done == TakenList(rooms=1, people=1, new_files=1, known=0)
