"""Guest files out of a table: whatever form it comes in, nothing wrong is taken over and everything can be taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from binzhi.guests import files, queries
from binzhi.guests.access import Permission
from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.errors import FileNotRead, FileTooLarge, ImportNotReady
from binzhi.guests.importing import cells, columns, reading, running, services
from binzhi.guests.importing.queries import ImportCard, faults, import_by_id
from binzhi.guests.importing.running import advance
from binzhi.guests.models import DuplicatePair, Guest, GuestDocument, ImportPart
from binzhi.guests.phones import mask_phone, normalise_phone
from binzhi.guests.services import DocumentInput, GuestDetails, add_document, create_guest
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all, together

ID = "11010519491231002X"
HEAD = "客人姓名(必填)*,性别,出生日期,【手机号码】,证件号码,单位名称,备注\n"


def sent(hotel: HotelRef, actor: Actor, data: bytes, name: str = "guests.csv") -> int:
    import_id = services.send_import(hotel_id=hotel.pk, name=name, data=data, actor=actor, now=NOW)
    go_on(hotel, actor, import_id)
    return import_id


def go_on(hotel: HotelRef, actor: Actor, import_id: int) -> None:
    advance(hotel_id=hotel.pk, import_id=import_id, actor=actor, now=lambda: NOW)


def card_of(hotel: HotelRef, import_id: int) -> ImportCard:
    return import_by_id(group_id=hotel.group_id, import_id=import_id)


def tried(hotel: HotelRef, actor: Actor, import_id: int) -> ImportCard:
    card = card_of(hotel, import_id)
    services.map_import(hotel_id=hotel.pk, import_id=import_id, mapping=card.mapping, actor=actor, now=NOW)
    go_on(hotel, actor, import_id)
    return card_of(hotel, import_id)


def taken_over(hotel: HotelRef, actor: Actor, data: bytes) -> ImportCard:
    import_id = sent(hotel, actor, data)
    tried(hotel, actor, import_id)
    services.start_import(hotel_id=hotel.pk, import_id=import_id, actor=actor, now=NOW)
    go_on(hotel, actor, import_id)
    return card_of(hotel, import_id)


def counts(card: ImportCard) -> tuple[int, int, int, int]:
    return card.made, card.known, card.refused, card.cells_wrong


# ---------------------------------------------------------------- reading


def workbook(rows: list[list[Any]], merge: str = "") -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read_rows_csv_in_any_encoding(encoding: str, delimiter: str) -> None:
    text = delimiter.join(("姓名", "手机")) + "\r\n" + delimiter.join(("陳國樑𠮷", "'013912348806"))
    assert list(reading.read_rows(text.encode(encoding))) == [["姓名", "手机"], ["陳國樑𠮷", "013912348806"]]


def test_read_rows_workbook_dates_floats_and_joined_cells() -> None:
    data = workbook([["姓名", "出生", "证件", "公司"], ["王伟", date(1980, 1, 2), 110105491231002, "甲"],
                     ["李娜", 29222, 110105194912310021, None]], merge="D2:D3")  # fmt: skip
    assert list(reading.read_rows(data)) == [
        ["姓名", "出生", "证件", "公司"], ["王伟", "1980-01-02", "110105491231002", "甲"],
        ["李娜", "29222", "1.1010519491231e+17", "甲"],
    ]  # fmt: skip
    with pytest.raises(cells.Wrong) as lost:
        cells.document_text("1.1010519491231e+17")
    assert lost.value.code == "digits_lost"


def test_read_rows_refuses_an_archive_that_unpacks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED_MEGABYTES", 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3 * 2**20)
    with pytest.raises(FileTooLarge):
        reading.read_rows(out.getvalue())
    # The archive's own word for the size is a lie: it is counted, not believed.
    lying = bytearray(out.getvalue())
    for place in _sizes(lying):
        lying[place : place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises((FileTooLarge, FileNotRead)):
        reading.read_rows(bytes(lying))


def _sizes(data: bytearray) -> list[int]:
    return [data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24]


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0broken", b"\x00\x01\x02\x03" * 50]
)
def test_read_rows_of_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(FileNotRead):
        list(reading.read_rows(data))


# ---------------------------------------------------------------- columns and cells


def test_columns_are_known_by_headings_below_a_title_then_by_content() -> None:
    rows = [["湖畔酒店客史", "", "", ""], ["导出日期：2026-01-01", "", "", ""],
            ["【宾客姓名】*", "联系电话（手机）", "", "会员卡号"], ["王伟", "13912348806", "1980-01-02", "M1"]]  # fmt: skip
    assert columns.find_header(rows) == 2
    assert columns.guess(rows[2], rows[3:]) == ["name", "phone", "birth_date", "member_no"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-01-02", date(1980, 1, 2)), ("1980年1月2日", date(1980, 1, 2)), ("19800102", date(1980, 1, 2)),
        ("１９８０/1/2", date(1980, 1, 2)), ("25/12/1980", date(1980, 12, 25)), ("12/25/1980", date(1980, 12, 25)),
        ("29222", date(1980, 1, 2)), ("29222.0", date(1980, 1, 2)), ("1980-01-02 00:00:00", date(1980, 1, 2)),
        ("3/4/1980", None), ("1980-02-30", None), ("2030-01-01", None), ("1860-01-01", None), ("gestern", None),
    ],
)  # fmt: skip
def test_date_of(text: str, expected: date | None) -> None:
    if expected is None:
        with pytest.raises(cells.Wrong):
            cells.date_of(text, TODAY)
    else:
        assert cells.date_of(text, TODAY) == expected


def test_phone_of_agrees_with_the_library_on_every_head_of_a_chinese_mobile() -> None:
    for head in range(13000, 20000, 7):
        number = f"{head}482917"[:11]
        try:
            expected: tuple[str, str] | None = normalise_phone(number), ""
            expected = expected[0], mask_phone(expected[0])
        except InvalidInput:
            expected = None
        try:
            found: tuple[str, str] | None = cells.phone_of(number)
        except cells.Wrong:
            found = None
        assert found == expected, number


@pytest.mark.parametrize(
    ("text", "expected"),
    [("13912348806.0", "+8613912348806"), ("86 139-1234-8806", "+8613912348806"), ("+44 20 7946 0018", "+442079460018"),
     ("1065123456", "+861065123456"), ("1.3912E+10", None), ("12", None)],
)  # fmt: skip
def test_phone_of(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(cells.Wrong):
            cells.phone_of(text)
    else:
        assert cells.phone_of(text)[0] == expected


# ---------------------------------------------------------------- the whole way


def test_import_takes_over_what_is_right_and_names_each_cell_that_is_not(hotel: HotelRef, clerk: Actor) -> None:
    data = HEAD + (
        f"王伟,女,1949-12-31,13912348806,{ID},,常客\n,女,,13700001234,,,\n李娜,？,昨天,123,1.10105E+17,不认识公司,\n"
        "王伟,女,1949-12-31,13912348806,,,又来一行\n\n"
    )
    import_id = sent(hotel, clerk, data.encode("gb18030"))
    assert card_of(hotel, import_id).mapping == [
        "name", "sex", "birth_date", "phone", "document_number", "organisation", "note",
    ]  # fmt: skip
    trial = tried(hotel, clerk, import_id)
    assert (counts(trial), Guest.objects.count()) == ((2, 1, 1, 6), 0)
    services.start_import(hotel_id=hotel.pk, import_id=import_id, actor=clerk, now=NOW)
    go_on(hotel, clerk, import_id)
    card = card_of(hotel, import_id)
    assert (card.state, counts(card)) == ("done", (2, 1, 1, 6))
    told = [(fault.line, fault.column, fault.value, fault.is_refused) for fault in faults(card=card)]
    assert told == [
        (3, "客人姓名(必填)*", "", True), (4, "性别", "？", False), (4, "出生日期", "昨天", False),
        (4, "【手机号码】", "123", False), (4, "证件号码", "1.10105E+17", False), (4, "单位名称", "不认识公司", False),
    ]  # fmt: skip
    wei = Guest.objects.get(name="王伟")
    assert (wei.sex, wei.birth_date, wei.nationality, wei.note) == ("female", date(1949, 12, 31), "CHN", "常客")
    assert crypto.open_sealed(wei.phone_sealed, place=files.phone_place(wei.pk)) == "+8613912348806"
    document = GuestDocument.objects.get(guest=wei)
    assert crypto.open_sealed(document.number_sealed, place=files.document_place(document.pk)) == ID
    for text in ("王伟", "ww", "8806", ID):
        assert [hit.guest_id for hit in queries.search_guests(group_id=hotel.group_id, text=text)] == [wei.pk]


def test_import_is_the_file_that_a_desk_would_have_opened(hotel: HotelRef, clerk: Actor) -> None:
    taken_over(hotel, clerk, "姓名,手机,邮箱,国籍,性别\n欧阳娜娜,139 1234 8806,Na@Example.com,中国,女\n".encode())
    details = GuestDetails(
        name="欧阳娜娜", phone="13912348806", email="Na@Example.com", nationality="CHN", sex="female"
    )
    create_guest(hotel_id=hotel.pk, details=details, actor=clerk, now=NOW)
    one, two = Guest.objects.order_by("pk").values()
    for row in (one, two):
        assert row.pop("phone_sealed")
        del row["id"], row["matched_version"]
    assert one == two


def test_import_never_joins_below_certainty_but_suggests(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    kept = add("欧阳娜娜", phone="13912348806", birth_date=date(1980, 1, 2))
    card = taken_over(hotel, clerk, "姓名,手机,生日\n歐陽娜娜,13912348806,1980-01-02\n欧阳娜娜,13912348806,\n".encode())
    assert counts(card)[:2] == (1, 1)
    assert card.suspected == 1
    pair = DuplicatePair.objects.get()
    assert (pair.first_id, pair.state) == (kept, "open")


def test_import_profile_is_kept_for_files_with_the_same_headings(hotel: HotelRef, clerk: Actor) -> None:
    data = "姓名,电话,特征\n王伟,13912348806,左撇子\n".encode()
    import_id = sent(hotel, clerk, data)
    assert card_of(hotel, import_id).mapping == ["name", "phone", ""]
    services.map_import(hotel_id=hotel.pk, import_id=import_id, mapping=["name", "phone", "note"], actor=clerk, now=NOW)
    assert card_of(hotel, sent(hotel, clerk, data)).mapping == ["name", "phone", "note"]


@pytest.mark.parametrize("mapping", [["phone", ""], ["name", "name"], ["name", "nonsense"], ["name"]])
def test_map_import_that_makes_no_sense_is_refused(mapping: list[str], hotel: HotelRef, clerk: Actor) -> None:
    import_id = sent(hotel, clerk, "姓名,电话\n王伟,13912348806\n".encode())
    with pytest.raises(InvalidInput):
        services.map_import(hotel_id=hotel.pk, import_id=import_id, mapping=mapping, actor=clerk, now=NOW)
    assert card_of(hotel, import_id).state == "read"


def test_import_that_was_killed_goes_on_where_it_stood(
    hotel: HotelRef, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 3)
    lines = "".join(f"客人{number},1391234{number:04d}\n" for number in range(10))
    import_id = sent(hotel, clerk, ("姓名,手机\n" + lines).encode())
    tried(hotel, clerk, import_id)
    services.start_import(hotel_id=hotel.pk, import_id=import_id, actor=clerk, now=NOW)

    class Killed(BaseException):
        pass

    def die(_card: ImportCard) -> None:
        if _card.next_row >= 7:
            raise Killed

    with pytest.raises(Killed):
        advance(hotel_id=hotel.pk, import_id=import_id, actor=clerk, now=lambda: NOW, told=die)
    see_all()
    assert Guest.objects.count() == 6
    with pytest.raises(ImportNotReady):
        # Another worker that still believes in an earlier place.
        services.write_batch(
            hotel_id=hotel.pk, import_id=import_id, rows=[], ids=[(1, 1)], crowd=Crowd(hotel.group_id, 0), after=1,
            actor=clerk, now=NOW,
        )  # fmt: skip
    go_on(hotel, clerk, import_id)
    assert Guest.objects.count() == 10
    assert counts(card_of(hotel, import_id)) == (10, 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_import_that_three_carry_on_is_done_once_and_refused_to_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 3)
    monkeypatch.setattr(running, "PAUSE", 0.01)
    hotel = new_hotel()
    actor = colleague(hotel, *Permission)
    lines = "".join(f"客人{number},1391234{number:04d}\n" for number in range(10))
    import_id = sent(hotel, actor, ("姓名,手机\n" + lines).encode())
    tried(hotel, actor, import_id)
    services.start_import(hotel_id=hotel.pk, import_id=import_id, actor=actor, now=NOW)

    def carry_on() -> None:
        see_all()
        go_on(hotel, actor, import_id)

    assert together([carry_on] * 3) == [None] * 3
    see_all()
    assert (card_of(hotel, import_id).state, Guest.objects.count()) == ("done", 10)
    assert counts(card_of(hotel, import_id)) == (10, 0, 0, 0)


def test_undo_import_takes_back_what_nobody_touched(hotel: HotelRef, clerk: Actor) -> None:
    rows = "".join(f"{name},1391234880{number}\n" for number, name in enumerate("甲乙丙丁戊"))
    card = taken_over(hotel, clerk, ("姓名,手机\n" + rows).encode())
    ids = dict(Guest.objects.values_list("name", "pk"))
    files.note_stay(guest_id=ids["甲"], on=TODAY)
    add_document(
        hotel_id=hotel.pk, guest_id=ids["乙"], document=DocumentInput("resident_id", ID), actor=clerk,
        now=NOW.replace(hour=9),
    )  # fmt: skip
    see_all()
    db.execute("INSERT INTO billing_folio (hotel_id, number, guest_id) VALUES (%s, 'F', %s)", [hotel.pk, ids["丙"]])
    # However many rows the table had: rows times files is more than an integer holds.
    db.execute("UPDATE guests_import SET rows = 2000000000 WHERE id = %s", [card.pk])
    services.undo_import(hotel_id=hotel.pk, import_id=card.pk, actor=clerk, now=NOW)
    go_on(hotel, clerk, card.pk)
    card = card_of(hotel, card.pk)
    assert (card.state, card.undone, card.kept) == ("undone", 2, 3)
    assert set(Guest.objects.values_list("name", flat=True)) == set("甲乙丙")


def test_forget_file_leaves_no_personal_data_behind(hotel: HotelRef, clerk: Actor) -> None:
    card = taken_over(hotel, clerk, "姓名,手机\n王伟,123\n".encode())
    see_all()
    assert all("王伟".encode() not in bytes(part.sealed) for part in ImportPart.objects.all())
    services.forget_file(hotel_id=hotel.pk, import_id=card.pk, actor=clerk, now=NOW)
    assert ImportPart.objects.count() == 0
    left = db.fetch_values("SELECT to_jsonb(r)::text FROM guests_importrow r")
    assert not any("123" in text or "王伟" in text for text in left)
