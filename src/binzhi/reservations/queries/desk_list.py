"""The list of reservations as the desk searches it: one row per room, with totals over the whole result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.search import name_keys
from binzhi.property.queries import localised

PAGE_SIZE = 30
# A text that fits more reservations than this is no search; the newest are shown.
MOST_FOUND = 500
TAIL_DIGITS = 4

# The keys are what `?sort=` may say; every one ends in a unique order, so that pages do not overlap.
SORTS = {
    "arrival": "s.arrival, v.expected_at NULLS LAST, v.number, s.position",
    "-arrival": "s.arrival DESC, v.number DESC, s.position",
    "departure": "s.departure, v.number, s.position",
    "-departure": "s.departure DESC, v.number DESC, s.position",
    "guest": "coalesce(nullif(g.pinyin, ''), v.booker_name), v.number, s.position",
    "-guest": "coalesce(nullif(g.pinyin, ''), v.booker_name) DESC, v.number DESC, s.position",
    "number": "v.number, s.position",
    "-number": "v.number DESC, s.position",
    "value": "value, v.number, s.position",
    "-value": "value DESC, v.number DESC, s.position",
}
DEFAULT_SORT = "arrival"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """What the address bar says. `guest_ids` are the files that the text found; `night` asks who sleeps here then."""

    text: str = ""
    guest_ids: tuple[int, ...] = ()
    status: str = ""
    arrival_from: date | None = None
    arrival_to: date | None = None
    ended: date | None = None
    night: date | None = None
    room_type: str = ""
    channel: str = ""
    walk_in: bool = False
    sort: str = DEFAULT_SORT


@dataclass(frozen=True, slots=True)
class ListRow:
    """One room of a reservation. `value` is the price of the whole stay, or of the night that was asked for."""

    number: str
    position: int
    rooms: int
    status: str
    guest_name: str
    marked: str
    vip_level: str
    vip_rank: int
    phone: str
    organisation: str
    room_type_name: str
    room_type_name_en: str
    rate_plan_name: str
    rate_plan_name_en: str
    room: str
    arrival: date
    departure: date
    expected_at: Any
    adults: int
    children: int
    channel: str
    channel_name: str
    channel_name_en: str
    guarantee: str
    confirmed: bool
    value: Decimal

    @property
    def channel_label(self) -> str:
        return localised(self.channel_name, self.channel_name_en) or self.channel

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def room_type(self) -> str:
        return localised(self.room_type_name, self.room_type_name_en)

    @property
    def rate_plan(self) -> str:
        return localised(self.rate_plan_name, self.rate_plan_name_en)


@dataclass(frozen=True, slots=True)
class ListTotals:
    rooms: int
    reservations: int
    room_nights: int
    guests: int
    value: Decimal


# Each branch enters by an index of its own; a text is looked for as a number, a name, a company, a phone's tail.
_FOUND = """
found AS (
    SELECT id FROM reservations_reservation
    WHERE hotel_id = %(hotel)s AND (number = %(text)s OR guest_id = ANY (%(guests)s::bigint[]))
    UNION
    SELECT reservation_id FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND guest_id = ANY (%(guests)s::bigint[])
    UNION
    SELECT v.id FROM reservations_reservation v
    JOIN guests_organisation o ON o.id = v.organisation_id
    WHERE v.hotel_id = %(hotel)s AND (o.name LIKE %(inside)s OR o.code = %(text)s
        OR (%(letters)s <> '' AND (o.pinyin LIKE %(letters_start)s OR o.initials LIKE %(letters_start)s)))
    UNION
    (SELECT id FROM reservations_reservation
     WHERE hotel_id = %(hotel)s AND (booker_name ILIKE %(start)s OR channel_number = %(text)s
         OR (%(tail)s <> '' AND booker_phone_masked LIKE %(tail_end)s))
     ORDER BY id DESC LIMIT %(most)s)
)"""
_FROM = """
FROM reservations_roomreservation s
JOIN reservations_reservation v ON v.id = s.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(s.guest_id, v.guest_id)
JOIN property_roomtype t ON t.id = s.room_type_id
JOIN reservations_rateplan p ON p.id = s.rate_plan_id
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN property_room r ON r.id = s.room_id
LEFT JOIN reservations_code c ON c.hotel_id = v.hotel_id AND c.kind = 'channel' AND c.code = v.channel
CROSS JOIN LATERAL (
    SELECT coalesce(sum(n.price), 0) AS value FROM reservations_staynight n
    WHERE n.room_reservation_id = s.id AND (%(night)s::date IS NULL OR n.night = %(night)s::date)
) money
WHERE s.hotel_id = %(hotel)s
"""
_ROW = """
SELECT v.number, s.position,
       (SELECT count(*) FROM reservations_roomreservation x WHERE x.reservation_id = v.id) AS rooms,
       s.status, coalesce(g.name, v.booker_name) AS guest_name, coalesce(g.marked, '') AS marked,
       coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank,
       coalesce(nullif(v.booker_phone_masked, ''), g.phone_masked, '') AS phone,
       coalesce(o.name, '') AS organisation, t.name AS room_type_name, t.name_en AS room_type_name_en,
       p.name AS rate_plan_name, p.name_en AS rate_plan_name_en, coalesce(r.number, '') AS room, s.arrival, s.departure,
       v.expected_at, s.adults, s.children, v.channel, coalesce(c.name, '') AS channel_name,
       coalesce(c.name_en, '') AS channel_name_en, v.guarantee, v.confirmed_at IS NOT NULL AS confirmed, money.value
"""
_TOTALS = """
SELECT count(*) AS rooms, count(DISTINCT v.id) AS reservations,
       coalesce(sum(s.departure - s.arrival), 0)::bigint AS room_nights,
       coalesce(sum(s.adults + s.children + s.infants), 0)::bigint AS guests, coalesce(sum(money.value), 0) AS value
"""


def list_rows(*, hotel_id: int, wanted: ListFilter, limit: int = PAGE_SIZE, offset: int = 0) -> list[ListRow]:
    """A page of the result in the order asked for; one statement."""
    found, conditions, params = _conditions(hotel_id, wanted)
    order = SORTS.get(wanted.sort, SORTS[DEFAULT_SORT])
    sql = f"{found}{_ROW}{_FROM}{conditions} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"
    return [ListRow(**row) for row in db.fetch_all(sql, params | {"limit": limit, "offset": offset})]


def list_totals(*, hotel_id: int, wanted: ListFilter) -> ListTotals:
    """Over the whole result, not the page; one statement."""
    found, conditions, params = _conditions(hotel_id, wanted)
    row = db.fetch_one(f"{found}{_TOTALS}{_FROM}{conditions}", params)
    assert row is not None  # an aggregate without GROUP BY always gives one row
    return ListTotals(**row)


def _conditions(hotel_id: int, wanted: ListFilter) -> tuple[str, str, dict[str, Any]]:
    """The leading WITH, the conditions and their values; only what is asked for takes part."""
    params: dict[str, Any] = {"hotel": hotel_id, "night": wanted.night}
    parts: list[str] = []
    if wanted.status:
        parts.append("s.status = %(status)s")
        params["status"] = wanted.status
    if wanted.arrival_from is not None:
        parts.append("s.arrival >= %(from)s")
        params["from"] = wanted.arrival_from
    if wanted.arrival_to is not None:
        parts.append("s.arrival <= %(to)s")
        params["to"] = wanted.arrival_to
    if wanted.ended is not None:
        parts.append("s.ended_on = %(ended)s")
        params["ended"] = wanted.ended
    if wanted.night is not None:
        parts.append("s.arrival <= %(night)s AND s.departure > %(night)s AND s.status NOT IN ('cancelled', 'no_show')")
    if wanted.room_type:
        parts.append("t.code = %(type)s")
        params["type"] = wanted.room_type
    if wanted.channel:
        parts.append("v.channel = %(channel)s")
        params["channel"] = wanted.channel
    if wanted.walk_in:
        parts.append("s.walk_in")
    found = ""
    if wanted.text:
        found = f"WITH {_FOUND}"
        parts.append("v.id IN (SELECT id FROM found)")
        params |= _text_params(wanted)
    return found, "".join(f" AND {part}" for part in parts), params


def _text_params(wanted: ListFilter) -> dict[str, Any]:
    text = wanted.text.strip()
    digits = "".join(character for character in text if character.isdigit())
    letters = name_keys(text).pinyin if text.isascii() and not digits else ""
    tail = digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS and digits == text.replace(" ", "") else ""
    pattern = escape_like(text)
    return {
        "text": text,
        "guests": list(wanted.guest_ids),
        "inside": f"%{pattern}%",
        "start": f"{pattern}%",
        "letters": letters,
        "letters_start": f"{letters}%",
        "tail": tail,
        "tail_end": f"%{tail}",
        "most": MOST_FOUND,
    }


def escape_like(text: str) -> str:
    """A typed % or _ stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class CodeOption:
    kind: str
    code: str
    label: str


def code_options(*, hotel_id: int, kinds: Sequence[str]) -> dict[str, list[CodeOption]]:
    """The hotel's active codes by kind, in their order; one statement."""
    rows = db.fetch_all(
        "SELECT kind, code, name, name_en FROM reservations_code"
        " WHERE hotel_id = %s AND is_active AND kind = ANY (%s::text[]) ORDER BY kind, position, code",
        [hotel_id, list(kinds)],
    )
    options: dict[str, list[CodeOption]] = {kind: [] for kind in kinds}
    for row in rows:
        options[row["kind"]].append(CodeOption(row["kind"], row["code"], localised(row["name"], row["name_en"])))
    return options
