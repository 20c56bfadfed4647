"""From a file to rows: where the headings are, what the columns mean, what is decoration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.guests.importing.columns import bare
from binzhi.guests.importing.reading import read_rows
from binzhi.kernel.errors import InvalidInput

MOST_MEGABYTES = 5
MOST_ROWS = 400
LOOKED_AT = 30
FIELDS: dict[str, Promise] = {
    "name": _("Name"),
    "document": _("Document number"),
    "phone": _("Phone"),
    "share": pgettext_lazy("rooming list", "Room together"),
    "room_type": _("Room type"),
    "arrival": _("Arrival"),
    "departure": _("Departure"),
    "remarks": _("Remarks"),
}
_WORDS: dict[str, tuple[str, ...]] = {
    "name": (
        "姓名", "客人姓名", "宾客姓名", "入住人", "住客", "住客姓名", "名字", "客人",
        "name", "guestname", "fullname", "guest", "passengername", "participant",
    ),
    "document": (
        "证件号", "证件号码", "身份证", "身份证号", "身份证号码", "护照号", "护照号码",
        "idnumber", "idno", "idcard", "passport", "passportno", "passportnumber", "documentnumber",
    ),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "phone", "mobile", "tel", "telephone"),
    "share": (
        "房间序号", "房间", "房号", "房序", "分房", "同住", "同住编号", "房间编号", "拼房",
        "room", "roomno", "roomnumber", "rooming", "sharewith", "roomgroup", "roomindex",
    ),
    "room_type": ("房型", "房间类型", "房类", "roomtype", "type", "category", "roomcategory"),
    "arrival": (
        "入住", "入住日期", "抵店", "抵店日期", "到店日期", "到达日期",
        "checkin", "checkindate", "arrival", "arrivaldate", "from", "datein",
    ),
    "departure": (
        "离店", "离店日期", "退房", "退房日期", "离开日期",
        "checkout", "checkoutdate", "departure", "departuredate", "to", "until", "dateout",
    ),
    "remarks": (
        "备注", "说明", "特殊要求", "要求",
        "remark", "remarks", "note", "notes", "comment", "specialrequest", "specialrequests",
    ),
}  # fmt: skip
_KNOWN = {word: field for field, words in _WORDS.items() for word in words}
# Rows below the people that are none: sums, signatures.
_NOT_PEOPLE = ("合计", "总计", "小计", "共计", "制表", "审核", "备注", "total", "sum", "preparedby")


@dataclass(frozen=True, slots=True)
class Line:
    """One person as the file has them; `number` is the row of the file, from 1."""

    number: int
    values: dict[str, str]


def read(data: bytes) -> list[Line]:
    """The people of a file. Raises InvalidInput at `file`, FileNotRead, FileTooLarge."""
    if len(data) > MOST_MEGABYTES * 2**20:
        raise InvalidInput(field="file", message=_("At most %(megabytes)s MB."), megabytes=MOST_MEGABYTES)
    rows = []
    for row in read_rows(data):
        rows.append(row)
        if len(rows) > MOST_ROWS * 3:
            raise InvalidInput(field="file", message=_("At most %(rows)s people at once."), rows=MOST_ROWS)
    head = _header(rows)
    if head < 0:
        raise InvalidInput(
            field="file", message=_("No row of headings was found: a column must be called Name (姓名).")
        )
    places = _places(rows[head])
    lines = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        values = {field: row[column].strip() for field, column in places.items() if column < len(row)}
        if any(values.values()) and not _is_decoration(row, values):
            lines.append(Line(number, {field: values.get(field, "") for field in FIELDS}))
    if not lines:
        raise InvalidInput(field="file", message=_("Nobody stands below the headings."))
    if len(lines) > MOST_ROWS:
        raise InvalidInput(field="file", message=_("At most %(rows)s people at once."), rows=MOST_ROWS)
    return lines


def _header(rows: Sequence[Sequence[str]]) -> int:
    """The place of the row that names most columns and one of them for people; titles may stand above."""
    best, place = 0, -1
    for number, row in enumerate(rows[:LOOKED_AT]):
        fields = set(_places(row))
        if "name" in fields and len(fields) > best:
            best, place = len(fields), number
    return place


def _places(row: Sequence[str]) -> dict[str, int]:
    """The column of each field: headings known to the letter first, then those that hold a known word."""
    found: dict[str, int] = {}
    for column, heading in enumerate(row):
        field = _KNOWN.get(bare(heading)) if heading else None
        if field and field not in found:
            found[field] = column
    for column, heading in enumerate(row):
        if heading and column not in found.values() and not heading.isascii() and len(heading) < 30:
            held = [word for word in _KNOWN if len(word) > 1 and word in bare(heading)]
            field = _KNOWN[max(held, key=len)] if held else None
            if field and field not in found:
                found[field] = column
    return found


def _is_decoration(row: Sequence[str], values: dict[str, str]) -> bool:
    """Headings once more (a page break), a sum, a signature."""
    first = bare(next((cell for cell in row if cell.strip()), ""))
    if bare(values.get("name", "")) in _WORDS["name"]:
        return True
    return not values.get("document") and any(first.startswith(word) for word in _NOT_PEOPLE)
