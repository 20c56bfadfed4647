"""What a booking must know before it locks: the hotel, the prices, the codes and files it names. One statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, cast

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.reservations import errors, limits, pricing
from binzhi.reservations.access import Permission


class Wanted(Protocol):
    """A room as asked for: RoomRequest and RoomChange are both of this shape."""

    @property
    def room_type(self) -> str: ...
    @property
    def rate_plan(self) -> str: ...
    @property
    def arrival(self) -> date: ...
    @property
    def departure(self) -> date: ...
    @property
    def adults(self) -> int: ...
    @property
    def children(self) -> int: ...
    @property
    def infants(self) -> int: ...
    @property
    def child_ages(self) -> tuple[int, ...] | None: ...
    @property
    def extra_beds(self) -> int | None: ...


# The span is cut at the hotel's longest stay, so that a question over a thousand years costs no more than a year. The
# nights are given one by one for the sake of the key (night, hotel, plan, type).
_FACTS = """
WITH wanted AS (
    SELECT v.*, greatest(v.departure - 1, v.arrival) AS last FROM {wanted}
)
SELECT w.position, h.business_date, h.longest_stay, h.booking_horizon, h.currency,
       t.id AS type_id, t.max_adults, t.max_guests, p.id AS plan_id, p.kind, p.guarantee_required,
       p.cancellation_policy_id AS policy_id,
       {is_member} AS is_entitled,
       p.min_nights, p.max_nights, p.min_advance, p.max_advance, p.valid_from,
       least(p.valid_until, a.valid_until) AS valid_until, a.id AS agreement_id, {floor}, x.*,
       (SELECT coalesce(array_agg(c.kind || ' ' || c.code), '{{}}') FROM reservations_code c
        WHERE c.hotel_id = h.id AND c.is_active AND c.kind || ' ' || c.code = ANY (%(codes)s::text[])) AS codes,
       (SELECT coalesce(array_agg(g.id), '{{}}') FROM guests_guest g
        WHERE g.group_id = h.group_id AND g.id = ANY (%(guests)s::bigint[])) AS guests,
       (SELECT o.id FROM guests_organisation o
        WHERE o.group_id = h.group_id AND o.id = w.organisation) AS organisation_id,
       CASE WHEN %(new)s AND w.is_first
            THEN nextval('reservations_reservation_id_seq'::regclass) END AS new_id,
       CASE WHEN %(new)s AND w.is_first THEN nextval('reservations_number'::regclass)::text END AS new_number,
       CASE WHEN %(new)s THEN nextval('reservations_roomreservation_id_seq'::regclass) END AS new_room_id
FROM property_hotel h
CROSS JOIN wanted w
LEFT JOIN property_roomtype t ON t.hotel_id = h.id AND t.code = w.room_type AND t.is_active
LEFT JOIN reservations_rateplan p ON p.hotel_id = h.id AND p.code = w.rate_plan AND p.is_active
LEFT JOIN reservations_agreement a ON a.rate_plan_id = p.id AND a.organisation_id = w.organisation
LEFT JOIN LATERAL (
    SELECT {restrictions}
    FROM reservations_ratenight r CROSS JOIN (SELECT p.id, p.parent_id, {terms}) p
    WHERE r.night = ANY (ARRAY(
          SELECT w.arrival + d.day
          FROM generate_series(0, least(w.departure - w.arrival, h.longest_stay::integer)) AS d (day)))
      AND r.hotel_id = h.id AND r.rate_plan_id IN (p.id, p.parent_id) AND r.room_type_id = t.id
) x ON true
WHERE h.id = %(hotel)s
ORDER BY w.position
"""


@dataclass(frozen=True, slots=True)
class PricedRoom:
    """A room that may be booked, with the price of each night by the plan (None where it has none).

    `under_floor`: an agreed, member's or promotion's price below its floor, which only some may book.
    """

    position: int
    room_type_id: int
    rate_plan_id: int
    prices: list[Decimal] | None
    refusal: DomainError | None
    guarantee_required: bool
    new_id: int
    policy_id: int
    under_floor: errors.FloorBroken | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What one statement read; ids and number are those of a reservation to be made, else 0 and empty."""

    today: date
    currency: str
    new_id: int
    new_number: str
    rooms: list[PricedRoom]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of one booking; `codes` are (kind, code, field of the form)."""

    rooms: Sequence[Wanted]
    codes: Sequence[tuple[str, str, str]] = ()
    guest_ids: Sequence[int] = ()
    organisation_id: int | None = None
    guest_id: int | None = None
    promotion_plan_id: int | None = None


def _of(wanted: str) -> str:
    return pricing.one_line(
        _FACTS.format(
            wanted=wanted, restrictions=pricing.RESTRICTIONS, terms=pricing.TERMS_OF_PLAN,
            is_member=pricing.IS_MEMBER.replace("%(guest)s::bigint", "w.guest"), floor=pricing.FLOOR,
        )
    )  # fmt: skip


@lru_cache(maxsize=limits.MAX_ROOMS)
def _statement(rooms: int) -> str:
    rows = ", ".join(
        f"({n}, %(type{n})s::text, %(plan{n})s::text, %(arrival{n})s::date, %(departure{n})s::date,"
        f" %(adults{n})s::integer, %(children{n})s::integer, %(ages{n})s::smallint[], %(beds{n})s::integer)"
        for n in range(1, rooms + 1)
    )
    return _of(f"""(
        SELECT v.*, %(organisation)s::bigint AS organisation, %(guest)s::bigint AS guest, v.position = 1 AS is_first
        FROM (VALUES {rows})
            AS v (position, room_type, rate_plan, arrival, departure, adults, children, ages, beds)) v""")  # noqa: S608


# Rooms of several bookings: one text for all of them, whose plan does not depend on how many they are.
_OF_EACH = _of("""json_to_recordset(%(wanted)s::json)
    AS v (position integer, room_type text, rate_plan text, arrival date, departure date, adults integer,
          children integer, ages smallint[], beds integer, organisation bigint, guest bigint, is_first boolean)""")


def gather(
    *,
    hotel_id: int,
    rooms: Sequence[Wanted],
    codes: Sequence[tuple[str, str, str]] = (),
    guest_ids: Sequence[int] = (),
    organisation_id: int | None = None,
    is_new: bool = False,
    not_before: date | None = None,
    fields_of_first: bool = False,
    guest_id: int | None = None,
    promotion_plan_id: int | None = None,
) -> Facts:
    """Read and check all of it; `codes` are (kind, code, field of the form).

    `not_before` replaces today for stays under way; `fields_of_first`: all rooms are parts of one, so their fields are
    not numbered. `guest_id` is whose membership counts, `promotion_plan_id` the plan that a code has opened.
    Raises InvalidInput or NotFound at the field; what a plan refuses is kept in `refusal`, for an agreed
    price to overrule.
    """
    check_codes(codes)
    params: dict[str, Any] = {
        "hotel": hotel_id,
        "codes": db.texts([f"{kind} {code}" for kind, code, _field in codes]),
        "guests": db.array(guest_ids),
        "organisation": organisation_id,
        "guest": guest_id,
        "new": is_new,
    }
    places = 1 if fields_of_first else len(rooms)
    for n, room in enumerate(rooms, start=1):
        params |= _asked(n, room, prefix_of(n, places))
    rows = db.fetch_all(_statement(len(rooms)), params)
    if not rows:
        raise NotFound
    _check_names(rows[0], codes, guest_ids, organisation_id)
    return Facts(
        today=rows[0]["business_date"],
        currency=rows[0]["currency"],
        new_id=rows[0]["new_id"] or 0,
        new_number=rows[0]["new_number"] or "",
        rooms=[
            _priced(row, room, not_before, prefix_of(row["position"], places), promotion_plan_id)
            for row, room in zip(rows, rooms, strict=True)
        ],
    )


def gather_new(*, hotel_id: int, asked: Asked) -> Facts:
    """The facts of a reservation to be made. Raises as `gather`."""
    return gather(
        hotel_id=hotel_id, rooms=asked.rooms, codes=asked.codes, guest_ids=asked.guest_ids,
        organisation_id=asked.organisation_id, is_new=True, guest_id=asked.guest_id,
        promotion_plan_id=asked.promotion_plan_id,
    )  # fmt: skip


def gather_each(hotel_id: int, several: Sequence[Asked]) -> list[Facts | DomainError]:
    """The facts of several reservations of one room to be made, in one statement; what `gather` would raise in place.

    Raises NotFound for the hotel.
    """
    found: list[Facts | DomainError | None] = [_cannot_be(asked) for asked in several]
    read = [place for place, error in enumerate(found) if error is None]
    params = {
        "hotel": hotel_id, "new": True,
        "codes": db.texts(sorted({f"{kind} {code}" for p in read for kind, code, _field in several[p].codes})),
        "guests": db.array({guest_id for p in read for guest_id in several[p].guest_ids}),
        "wanted": orjson.dumps([_wanted(place, several[place]) for place in read]).decode(),
    }  # fmt: skip
    rows = db.fetch_all(_OF_EACH, params) if read else []
    if len(rows) != len(read):
        raise NotFound
    for row in rows:
        found[row["position"]] = _new_of(row, several[row["position"]])
    return cast(list[Facts | DomainError], found)


def _cannot_be(asked: Asked) -> DomainError | None:
    try:
        check_codes(asked.codes)
        _asked(1, asked.rooms[0], "")
    except DomainError as error:
        return error
    return None


def _wanted(place: int, asked: Asked) -> dict[str, Any]:
    room = asked.rooms[0]
    return {
        "position": place, "room_type": room.room_type, "rate_plan": room.rate_plan, "arrival": room.arrival,
        "departure": room.departure, "adults": room.adults, "children": room.children, "ages": room.child_ages or (),
        "beds": room.extra_beds or 0, "organisation": asked.organisation_id, "guest": asked.guest_id, "is_first": True,
    }  # fmt: skip


def _new_of(row: dict[str, Any], asked: Asked) -> Facts | DomainError:
    try:
        _check_names(row, asked.codes, asked.guest_ids, asked.organisation_id)
        priced = _priced(row, asked.rooms[0], None, "", asked.promotion_plan_id)
    except DomainError as error:
        return error
    return Facts(row["business_date"], row["currency"], row["new_id"], row["new_number"], [priced])


def _asked(n: int, room: Wanted, prefix: str) -> dict[str, Any]:
    """The parameters of the n-th room. Raises InvalidInput at its field for what cannot be asked at all."""
    check_codes([("", room.room_type, prefix + "room_type"), ("", room.rate_plan, prefix + "rate_plan")])
    limits.check_guests(adults=room.adults, children=room.children, infants=room.infants, prefix=prefix)
    limits.check_extras(ages=room.child_ages or (), beds=room.extra_beds or 0, children=room.children, prefix=prefix)
    return {
        f"type{n}": room.room_type, f"plan{n}": room.rate_plan, f"arrival{n}": room.arrival,
        f"departure{n}": room.departure, f"adults{n}": room.adults, f"children{n}": room.children,
        f"ages{n}": db.array(room.child_ages or ()), f"beds{n}": room.extra_beds or 0,
    }  # fmt: skip


def check_codes(codes: Sequence[tuple[str, str, str]]) -> None:
    """What cannot be a code at all is unknown before the database sees it (it takes no NUL and no half character)."""
    for _kind, code, field in codes:
        if not (code.isascii() and code.isprintable()):
            raise InvalidInput(field=field, message=_("The code %(code)s is not known."), code=ascii(code)[1:-1])


def prefix_of(position: int, rooms: int) -> str:
    """Where the fields of a room stand in the form: plain for one room, numbered for several."""
    return "" if rooms == 1 else f"rooms.{position - 1}."


_NAMES = """
SELECT (SELECT coalesce(array_agg(c.kind || ' ' || c.code), '{}') FROM reservations_code c
        WHERE c.hotel_id = h.id AND c.is_active AND c.kind || ' ' || c.code = ANY (%(codes)s::text[])) AS codes,
       (SELECT coalesce(array_agg(g.id), '{}') FROM guests_guest g
        WHERE g.group_id = h.group_id AND g.id = ANY (%(guests)s::bigint[])) AS guests,
       (SELECT o.id FROM guests_organisation o
        WHERE o.group_id = h.group_id AND o.id = %(organisation)s::bigint) AS organisation_id
FROM property_hotel h WHERE h.id = %(hotel)s
"""


def check_names(
    *, hotel_id: int, codes: Sequence[tuple[str, str, str]], guest_ids: Sequence[int], organisation_id: int | None
) -> None:
    """Raise InvalidInput at the field of a code, guest file or organisation that does not exist."""
    check_codes(codes)
    row = db.fetch_one(
        _NAMES,
        {
            "hotel": hotel_id, "codes": [f"{kind} {code}" for kind, code, _field in codes], "guests": list(guest_ids),
            "organisation": organisation_id,
        },
    )  # fmt: skip
    if row is None:
        raise NotFound
    _check_names(row, codes, guest_ids, organisation_id)


def _check_names(
    row: dict[str, Any], codes: Sequence[tuple[str, str, str]], guest_ids: Sequence[int], organisation_id: int | None
) -> None:
    known = set(row["codes"])
    for kind, code, field in codes:
        if f"{kind} {code}" not in known:
            raise InvalidInput(field=field, message=_("The code %(code)s is not known."), code=code)
    if set(guest_ids) - set(row["guests"]):
        raise InvalidInput(field="guest", message=_("This guest file does not exist."))
    if organisation_id is not None and row["organisation_id"] is None:
        raise InvalidInput(field="organisation", message=_("This organisation does not exist."))


def _priced(
    row: dict[str, Any], room: Wanted, not_before: date | None, prefix: str, promotion_plan_id: int | None
) -> PricedRoom:
    today = row["business_date"]
    limits.check_dates(
        arrival=room.arrival, departure=room.departure, today=min(today, not_before or today),
        longest_stay=row["longest_stay"], booking_horizon=row["booking_horizon"], prefix=prefix,
    )  # fmt: skip
    if row["type_id"] is None:
        raise InvalidInput(
            field=prefix + "room_type", message=_("The code %(code)s is not known."), code=room.room_type
        )
    if row["plan_id"] is None:
        raise InvalidInput(
            field=prefix + "rate_plan", message=_("The code %(code)s is not known."), code=room.rate_plan
        )
    terms = pricing.Terms(room.arrival, room.departure, room.adults, room.children, today)
    full = pricing.occupancy_error(row, terms)
    if full is not None:
        full.field = prefix + full.field
        raise full
    refusal = pricing.restriction_error(row, terms)
    if row["kind"] == "negotiated" and row["agreement_id"] is None:
        refusal = errors.PlanNotForGuest()
    if not row["is_entitled"]:
        refusal = errors.MembersOnly()
    if row["kind"] == "promotion" and row["plan_id"] != promotion_plan_id:
        refusal = errors.CodeNeeded()
    prices = pricing.prices_of(row, terms)
    if prices is None and refusal is None:
        refusal = pricing.price_error(row, terms)
    if refusal is not None:
        refusal.field = prefix + refusal.field
    return PricedRoom(
        position=row["position"],
        room_type_id=row["type_id"],
        rate_plan_id=row["plan_id"],
        prices=prices,
        refusal=refusal,
        guarantee_required=row["guarantee_required"],
        new_id=row["new_room_id"] or 0,
        policy_id=row["policy_id"],
        under_floor=_under_floor(row, terms, prefix),
    )


def _under_floor(row: dict[str, Any], terms: pricing.Terms, prefix: str) -> errors.FloorBroken | None:
    broken = pricing.floor_error(row, terms)
    if broken is not None:
        broken.field = prefix + broken.field
    return broken


def require_floor(room: PricedRoom, *, hotel_id: int, actor: Actor) -> None:
    """Whether the actor may book the plan's price of this room. Raises FloorBroken."""
    if room.under_floor is not None and not actor.may(Permission.BREAK_FLOOR, hotel_id):
        raise room.under_floor
