"""What the three lists of the day share: filters, pages, names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.paginator import Paginator

from binzhi.frontdesk.names import board_name, vip_weight
from binzhi.kernel import db
from binzhi.kernel.search import name_keys
from binzhi.property.queries import HotelRef, localised

PER_PAGE = 50
EXPORT_LIMIT = 100_000
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilter:
    """What the address bar asks of a list; empty means everything."""

    q: str = ""
    status: str = ""
    room_type: str = ""
    floor: str = ""
    vip: bool = False
    room: str = ""
    sort: str = ""
    page: int = 1
    per_page: int = PER_PAGE

    def whole(self) -> BoardFilter:
        """The same rows on one page, for an export."""
        return replace(self, page=1, per_page=EXPORT_LIMIT)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list and the totals of all its rows."""

    rows: Sequence[Row]
    total: int
    page: int
    per_page: int
    totals: Mapping[str, Any]

    @property
    def number(self) -> int:
        """The page's number, within what there is."""
        return min(self.page, self.paginator.num_pages)

    @property
    def paginator(self) -> Paginator[int]:
        """Page numbers for the pager; it counts only, the rows came with the statement."""
        return Paginator(range(self.total), self.per_page)


def parameters(*, hotel: HotelRef, day: date, now: datetime, filters: BoardFilter) -> dict[str, Any]:
    """The parameters every list statement takes. Times are the hotel's clocks, without a zone."""
    return {
        "hotel": hotel.pk,
        "day": day,
        "business_date": hotel.business_date,
        "local_now": hotel.local(now).replace(tzinfo=None),
        "hold_until": hotel.hold_until,
        "check_in_time": hotel.check_in_time,
        "check_out_time": hotel.check_out_time,
        "inspection": hotel.inspection_required,
        "q": search_key(filters.q),
        "q_number": like_prefix(filters.q.strip()),
        "room_type": filters.room_type,
        "floor": filters.floor,
        "vip": filters.vip,
        "room": filters.room,
        "status": filters.status,
        "limit": filters.per_page,
        "offset": (filters.page - 1) * filters.per_page,
    }


def special_labels(hotel_id: int) -> dict[str, str]:
    """The hotel's words for special requests, by code, in the language of the screen."""
    rows = db.fetch_all(
        "SELECT code, name, name_en FROM reservations_code WHERE hotel_id = %s AND kind = 'special'", [hotel_id]
    )
    return {row["code"]: localised(row["name"], row["name_en"]) for row in rows}


def like_prefix(text: str) -> str:
    """A LIKE pattern for what begins with `text`; its wildcards are plain characters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%" if escaped else ""


def search_key(text: str) -> str:
    """A pattern over the stored name keys, which hold no space and small letters only."""
    return like_prefix(name_keys(text).plain) if text.strip() else ""


# Found by name, pinyin, initials, number of the reservation or of the room.
SEARCH = """
(%(q)s::text = '' OR g.plain LIKE %(q)s OR g.pinyin LIKE %(q)s OR g.initials LIKE %(q)s
 OR lower(replace(v.booker_name, ' ', '')) LIKE %(q)s OR v.number LIKE %(q_number)s OR rm.number LIKE %(q_number)s
 OR v.channel_number LIKE %(q_number)s)
"""
COMMON = f"""
    AND {SEARCH}
    AND (%(room_type)s::text = '' OR t.code = %(room_type)s)
    AND (%(floor)s::text = '' OR f.name = %(floor)s)
    AND (NOT %(vip)s::boolean OR coalesce(g.vip_level, '') <> '')
"""
GUEST_COLUMNS = """
coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked,
coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank,
 coalesce(g.member_tier, '') AS member_tier, coalesce(g.stays, 0) AS stays,
coalesce(g.id, 0) AS guest_id, coalesce(o.name, '') AS organisation,
coalesce(g.pinyin, lower(v.booker_name)) AS name_key, t.position AS type_position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """The columns every list has."""

    id: int
    reservation_id: int
    number: str
    status: str
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    name: str
    sex: str
    marked: str
    vip_level: str
    vip_rank: int
    member_tier: str
    stays: int
    guest_id: int
    organisation: str
    type_code: str
    type_name: str
    type_name_en: str
    room: str
    floor: str
    late_minutes: int

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def vip(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def type_label(self) -> str:
        return localised(self.type_name, self.type_name_en)

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def is_late(self) -> bool:
        return self.late_minutes > 0

    @property
    def minors(self) -> int:
        return self.children + self.infants


def paged(rows: str, *, orders: Mapping[str, str], asked: str, default: str, more: str = "") -> str:
    """The statement of one page in the order the address asks (`-room` turns it round), or in the default order.

    `more` are columns that are asked of the rows of the page only; `x` is the row.
    """
    key, descending = asked.removeprefix("-"), asked.startswith("-")
    chosen = f"{orders[key]} {'DESC' if descending else 'ASC'} NULLS LAST, {default}" if key in orders else default
    return f"SELECT x.*{more} FROM ({rows}) x ORDER BY {chosen} LIMIT %(limit)s OFFSET %(offset)s"  # noqa: S608  (constants)


def page_of(
    found: Sequence[Mapping[str, Any]], row: type[Row], *, filters: BoardFilter, totals: Sequence[str]
) -> Page[Row]:
    """Rows and the totals that came along with each of them (`matching` is how many rows there are on all pages)."""
    known = {field.name for field in fields(row)}  # type: ignore[arg-type]  # always a dataclass
    first = found[0] if found else {}
    return Page(
        rows=[row(**{name: value for name, value in line.items() if name in known}) for line in found],
        total=first.get("matching", 0),
        page=filters.page,
        per_page=filters.per_page,
        totals={name: first.get(name, 0) for name in totals},
    )
