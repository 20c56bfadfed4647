"""Hotels to measure on: every one with 10 room types, 3 rate plans, prices and restrictions by night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from binzhi.billing import setup as billing
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.people import services as people
from binzhi.people import setup as staff
from binzhi.property import setup as house
from binzhi.property.queries import HotelRef
from binzhi.reservations import setup as selling
from binzhi.reservations.access import Permission as Reserve

TYPES, PLANS, ROOMS = 10, 3, 20
OPENS = date(2027, 1, 4)
SYSTEM = Actor.system("bench")

_RATES = """
INSERT INTO reservations_ratenight (night, hotel_id, rate_plan_id, room_type_id, price, single_price, extra_adult,
    extra_child, min_nights, closed_to_arrival, closed_to_departure)
SELECT d::date, t.hotel_id, p.id, t.id, 300 + 10 * t.position + 5 * p.position + extract(dow FROM d)::int * 8,
    280 + 10 * t.position, 100, 50, CASE WHEN extract(dow FROM d) = 6 THEN 1 END, false, false
FROM property_roomtype t JOIN reservations_rateplan p ON p.hotel_id = t.hotel_id,
     generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d
WHERE t.hotel_id = ANY (%(hotels)s::bigint[])
ORDER BY 1, 2, 3, 4
"""
# Further hotels are copies of the first: written set-based, as they are only to be walked past.
_COPIES = """
WITH model AS (SELECT * FROM property_hotel WHERE id = %(model)s),
made AS (
    INSERT INTO property_hotel (group_id, code, name, name_en, timezone, currency, business_date, check_in_time,
        check_out_time, hold_until, prices_include_tax, documents_required, inspection_required,
        longest_stay, booking_horizon)
    SELECT group_id, 'copy-' || n, name, name_en, timezone, currency, business_date, check_in_time, check_out_time,
        hold_until, prices_include_tax, documents_required, inspection_required, longest_stay, booking_horizon
    FROM model, generate_series(1, %(copies)s) n RETURNING id
), types AS (
    INSERT INTO property_roomtype (hotel_id, code, name, name_en, bed_type, area, included_adults, max_adults,
        max_guests, position, rank, is_active)
    SELECT made.id, t.code, t.name, t.name_en, t.bed_type, t.area, t.included_adults, t.max_adults, t.max_guests,
        t.position, t.rank, t.is_active
    FROM made, property_roomtype t WHERE t.hotel_id = %(model)s
), policies AS (
    INSERT INTO reservations_cancellationpolicy (hotel_id, code, name, free_until, fee_kind, no_show_kind)
    SELECT made.id, 'free', 'free', '18:00', 'none', 'none' FROM made RETURNING id, hotel_id
)
INSERT INTO reservations_rateplan (hotel_id, code, name, kind, cancellation_policy_id, position)
SELECT c.hotel_id, p.code, p.name, p.kind, c.id, p.position
FROM policies c, reservations_rateplan p WHERE p.hotel_id = %(model)s
"""
_NIGHTS = """
INSERT INTO reservations_night (night, hotel_id, room_type_id, rooms)
SELECT d::date, hotel_id, id, %(rooms)s
FROM property_roomtype, generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d
WHERE hotel_id = ANY (%(hotels)s::bigint[])
ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """The hotel that is measured and a token that may book there."""

    hotel: HotelRef
    token: str


def furnish(*, code: str = "bench", rooms: int = ROOMS, nights: int = 60, group: str = "bench") -> Bench:
    """Open the measured hotel with `nights` nights on sale; hotels of a group have their guest files in common."""
    now = clock.now()
    hotel = house.create_hotel(
        spec=house.HotelSpec(
            code=code, name="Bench", opens_on=OPENS, group_code=group, longest_stay=30, documents_required=False
        ),
        actor=SYSTEM,
        now=now,
    )
    building = house.create_building(hotel_id=hotel.pk, name="1")
    floor = house.create_floor(hotel_id=hotel.pk, building_id=building, name="1", level=1)
    for number in range(TYPES):
        made = house.create_room_type(
            hotel_id=hotel.pk, spec=house.RoomTypeSpec(code=f"t{number}", name=f"Type {number}", position=number)
        )
        house.create_rooms(
            hotel_id=hotel.pk,
            specs=[
                house.RoomSpec(number=f"{number}-{room}", room_type_id=made.pk, floor_id=floor) for room in range(rooms)
            ],
        )
    policy = selling.create_policy(hotel_id=hotel.pk, spec=selling.PolicySpec(code="free", name="free"))
    for number in range(PLANS):
        selling.create_plan(
            hotel_id=hotel.pk,
            spec=selling.PlanSpec(
                code=f"p{number}", name=f"Plan {number}", cancellation_policy_id=policy, position=number
            ),
        )
    billing.create_chart(hotel_id=hotel.pk)
    last = OPENS + timedelta(days=nights - 1)
    selling.open_nights(hotel_id=hotel.pk, first=OPENS, last=last)
    db.execute(_RATES, {"first": OPENS, "last": last, "hotels": [hotel.pk]})
    return Bench(hotel, _token(hotel))


def _token(hotel: HotelRef) -> str:
    scopes = [str(permission) for permission in Reserve]
    post = staff.create_post(
        hotel_id=hotel.pk, code="bench", name="bench", permissions=[*scopes, "people.manage_tokens"]
    )
    assert post
    member = staff.create_staff(
        hotel_id=hotel.pk, username=f"bench-{hotel.code}", name="bench", password=None, post="bench", since=OPENS
    )
    actor = Actor(
        user_id=member.user_id,
        staff_id=member.staff_id,
        grants={hotel.pk: frozenset([*scopes, *people_scopes()])},
        group_ids=frozenset({hotel.group_id}),
    )
    try:
        return str(people.issue_token(hotel_id=hotel.pk, name="bench", scopes=scopes, actor=actor, now=clock.now()))
    finally:
        db.enter_scope("*", "*")


def people_scopes() -> list[str]:
    """The rights of the people context, for the one who issues the token."""
    from binzhi.people.access import Permission

    return [str(permission) for permission in Permission]


def add_copies(model: HotelRef, *, copies: int, nights: int = 60) -> None:
    """Fill the tables with `copies` more hotels like the model."""
    db.execute(_COPIES, {"model": model.pk, "copies": copies})
    hotels = [row["id"] for row in db.fetch_all("SELECT id FROM property_hotel WHERE code LIKE 'copy-%%'")]
    last = OPENS + timedelta(days=nights - 1)
    db.execute(_NIGHTS, {"first": OPENS, "last": last, "hotels": hotels, "rooms": ROOMS})
    db.execute(_RATES, {"first": OPENS, "last": last, "hotels": hotels})
    db.execute("VACUUM ANALYZE")


def price_of(offset: int) -> Decimal:
    """The agreed price used by booking runs."""
    return Decimal(300 + offset)
