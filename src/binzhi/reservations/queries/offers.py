"""Availability with prices: every type and plan for one stay, in one statement.

Its cost depends on types × plans × nights of the one hotel: nights are given one by one, so that the keys
(night, hotel, …) are entered at the hotel and not read across all hotels. The arrays stand in sub-selects so that
the planner does not see their length and keeps one plan: planning costs more than the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations import limits, pricing

OFFERS = pricing.one_line(f"""
WITH w AS (
    SELECT %(arrival)s::date AS arrival, %(departure)s::date AS departure, %(last)s::date AS last,
           %(adults)s::integer AS adults, %(children)s::integer AS children, %(ages)s::smallint[] AS ages,
           %(beds)s::integer AS beds
), p AS MATERIALIZED (
    SELECT p.id, p.code, p.kind, p.name, p.name_en, p.position, p.parent_id, {pricing.TERMS_OF_PLAN}, p.breakfasts,
           {pricing.IS_MEMBER} AS is_entitled,
           p.guarantee_required, p.min_nights, p.max_nights, p.min_advance, p.max_advance, p.valid_from,
           least(p.valid_until, a.valid_until) AS valid_until, c.name AS policy, c.name_en AS policy_en
    FROM reservations_rateplan p
    JOIN reservations_cancellationpolicy c ON c.id = p.cancellation_policy_id
    CROSS JOIN w
    LEFT JOIN reservations_agreement a ON a.rate_plan_id = p.id AND a.organisation_id = %(organisation)s
    WHERE p.hotel_id = %(hotel)s AND p.is_active AND (p.kind <> 'negotiated' OR a.id IS NOT NULL)
      AND (p.kind <> 'promotion' OR p.id = %(promotion)s::bigint)
), t AS MATERIALIZED (
    SELECT t.id, t.code, t.name, t.name_en, t.position, t.included_adults, t.max_adults, t.max_guests
    FROM property_roomtype t WHERE t.hotel_id = %(hotel)s AND t.is_active
), stock AS MATERIALIZED (
    SELECT n.room_type_id, count(*) AS open_nights, bool_or(n.closed) AS closed,
           min(n.rooms - n.out_of_order + n.overbooking - n.sold - n.held) AS rooms_left
    FROM reservations_night n
    WHERE n.hotel_id = %(hotel)s AND n.night = ANY ((SELECT %(nights)s::date[])::date[])
    GROUP BY n.room_type_id
), rates AS MATERIALIZED (
    SELECT p.id AS plan_id, r.room_type_id, {pricing.RESTRICTIONS}
    FROM reservations_ratenight r
    JOIN p ON r.rate_plan_id = p.id OR r.rate_plan_id = p.parent_id
    JOIN t ON t.id = r.room_type_id
    CROSS JOIN w
    WHERE r.hotel_id = %(hotel)s AND r.night = ANY ((SELECT %(days)s::date[])::date[])
    GROUP BY p.id, r.room_type_id
)
SELECT t.id AS type_id, t.code AS type_code, t.name AS type_name, t.name_en AS type_name_en, t.max_adults, t.max_guests,
       p.id AS plan_id, p.code AS plan_code, p.name AS plan_name, p.name_en AS plan_name_en, p.policy, p.policy_en,
       p.breakfasts, p.guarantee_required, p.min_nights, p.max_nights, p.min_advance, p.max_advance, p.valid_from,
       p.valid_until, p.is_entitled, s.open_nights, s.closed, s.rooms_left, x.prices, x.plan_closed, x.no_arrival,
       x.no_departure, x.night_min, x.night_max, x.extra, {pricing.FLOOR}
FROM t CROSS JOIN p
LEFT JOIN stock s ON s.room_type_id = t.id
LEFT JOIN rates x ON x.room_type_id = t.id AND x.plan_id = p.id
ORDER BY t.position, t.code, p.position, p.code
""")  # noqa: S608  (the expressions are constants of pricing)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one type costs under one plan. `refusal` is the code of the reason it cannot be booked, or empty.

    `refusal_params` are the numbers of that reason (nights, days). `left` is how many rooms the scarcest night still
    has; `total` is for one room and None without a price.
    """

    room_type_id: int
    room_type: str
    room_type_name: str
    rate_plan_id: int
    rate_plan: str
    rate_plan_name: str
    policy: str
    breakfasts: int
    guarantee_required: bool
    nightly: tuple[tuple[date, Decimal], ...]
    total: Decimal | None
    left: int
    refusal: str
    refusal_params: Mapping[str, Any] = field(default_factory=dict)
    extra: Decimal = Decimal(0)  # of each night's price: extra beds, children priced by their age


def offers(
    *,
    hotel: HotelRef,
    dates: StayDates,
    adults: int,
    today: date,
    children: int = 0,
    rooms: int = 1,
    organisation_id: int | None = None,
    guest_id: int | None = None,
    promotion_plan_id: int | None = None,
    child_ages: tuple[int, ...] = (),
    extra_beds: int = 0,
    may_break_floor: bool = False,
) -> list[Offer]:
    """All active types × plans for a stay, in one statement. Raises InvalidInput at the field that cannot be.

    Prices are those of the organisation's agreements and of the guest's membership; a plan that asks for a promotion
    code is offered when the code has opened it. Such a price below its floor is offered to whom `may_break_floor`.
    """
    limits.check_dates(
        arrival=dates.arrival, departure=dates.departure, today=today,
        longest_stay=hotel.longest_stay, booking_horizon=hotel.booking_horizon,
    )  # fmt: skip
    limits.check_guests(adults=adults, children=children)
    limits.check_extras(ages=child_ages, beds=extra_beds, children=children)
    if not 1 <= rooms <= limits.MAX_ROOMS:
        raise InvalidInput(field="rooms")
    terms = pricing.Terms(dates.arrival, dates.departure, adults, children, today)
    nights = [dates.arrival + timedelta(days=offset) for offset in range(terms.priced_nights)]
    rows = db.fetch_all(
        OFFERS,
        {
            "hotel": hotel.pk, "organisation": organisation_id, "guest": guest_id,
            "promotion": promotion_plan_id, "arrival": dates.arrival, "departure": dates.departure,
            "last": nights[-1], "adults": adults, "children": children, "nights": nights,
            "ages": list(child_ages), "beds": extra_beds,
            "days": nights if terms.nights == 0 else [*nights, dates.departure],
        },
    )  # fmt: skip
    return [_offer(row if not may_break_floor else row | {"floor": None}, terms, nights, rooms) for row in rows]


def _offer(row: dict[str, Any], terms: pricing.Terms, nights: list[date], rooms: int) -> Offer:
    prices = pricing.prices_of(row, terms)
    refusal, params = _refusal(row, terms, prices, rooms)
    return Offer(
        room_type_id=row["type_id"],
        room_type=row["type_code"],
        room_type_name=localised(row["type_name"], row["type_name_en"]),
        rate_plan_id=row["plan_id"],
        rate_plan=row["plan_code"],
        rate_plan_name=localised(row["plan_name"], row["plan_name_en"]),
        policy=localised(row["policy"], row["policy_en"]),
        breakfasts=row["breakfasts"],
        guarantee_required=row["guarantee_required"],
        nightly=tuple(zip(nights, prices, strict=True)) if prices is not None else (),
        total=sum(prices, Decimal(0)) if prices is not None else None,
        left=max(row["rooms_left"], 0) if row["open_nights"] == len(nights) else 0,
        refusal=refusal,
        refusal_params=params,
        extra=row["extra"] or Decimal(0),
    )


def _refusal(
    row: dict[str, Any], terms: pricing.Terms, prices: list[Decimal] | None, rooms: int
) -> tuple[str, Mapping[str, Any]]:
    full = pricing.occupancy_error(row, terms)
    if full is not None:
        return full.code, full.params
    if row["open_nights"] != terms.priced_nights:
        return "not_on_sale", {}
    if row["closed"]:
        return "closed", {}
    # A day use takes no night from the counter.
    if terms.nights and row["rooms_left"] < rooms:
        return "sold_out", {}
    if not row["is_entitled"]:
        return "members_only", {}
    restricted = pricing.restriction_error(row, terms)
    if restricted is not None:
        return restricted.code, restricted.params
    unpriced = pricing.price_error(row, terms)
    if unpriced is not None:
        return unpriced.code, {}
    under = pricing.floor_error(row, terms)
    return (under.code, under.params) if under is not None else ("", {})
