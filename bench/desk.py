"""The desk's instruments: rack and calendar of 500 rooms, and rooms for 2,000 arrivals in 10,000."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import data
from bench.load import quantile
from bench.screens import page
from bench.server import serving
from binzhi.kernel import clock, db
from binzhi.people import setup as staff
from binzhi.people.models import User
from binzhi.property import setup as house
from binzhi.property.queries import HotelRef, hotel_by_id
from binzhi.reservations import setup as selling

if TYPE_CHECKING:
    from bench.scenarios import Stage

ROOMS, DAYS, LIMIT_MS, LIMIT_KB = 500, 30, 150, 400
ARRIVALS, MANY_ROOMS = 2_000, 10_000
RIGHTS = ["frontdesk.view_desk", "reservations.view_reservations", "frontdesk.assign_room"]
# Stays of three nights with a free night after each, in most rooms; the guests have files.
_STAYS = """
WITH model AS (
    SELECT v.id AS reservation_id, p.id AS plan_id FROM reservations_reservation v, reservations_rateplan p
    WHERE v.hotel_id = %(hotel)s AND p.hotel_id = %(hotel)s ORDER BY v.id, p.id LIMIT 1
), made AS (
    INSERT INTO reservations_roomreservation (hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
        rate_plan_id, arrival, departure, adults, room_id)
    SELECT %(hotel)s, model.reservation_id, row_number() OVER () + 1, 'reserved', r.room_type_id, r.room_type_id,
        model.plan_id, %(first)s::date + n * 4 + (r.id %% 3)::int, %(first)s::date + n * 4 + (r.id %% 3)::int + 3, 2,
        r.id
    FROM model, property_room r, generate_series(0, 7) AS n WHERE r.hotel_id = %(hotel)s RETURNING *
)
INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
SELECT room_id, arrival + d, hotel_id, id FROM made, generate_series(0, 2) AS d
"""
_ARRIVALS = """
INSERT INTO reservations_roomreservation (hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
    rate_plan_id, arrival, departure, adults)
SELECT %(hotel)s, v.id, 1, 'reserved', t.id, t.id, p.id, %(day)s::date, %(day)s::date + 1 + (v.n %% 5)::int, 2
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM reservations_reservation WHERE hotel_id = %(hotel)s) v
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM property_roomtype WHERE hotel_id = %(hotel)s) t
    ON t.n = 1 + v.n %% %(types)s
CROSS JOIN (SELECT id FROM reservations_rateplan WHERE hotel_id = %(hotel)s ORDER BY id LIMIT 1) p
"""
_BOOKINGS = """
INSERT INTO reservations_reservation (hotel_id, booker_name, booked_on, created_at, special_requests, guarantee)
SELECT %(hotel)s, '客人' || n, %(day)s, now(),
    CASE n %% 6 WHEN 0 THEN '{quiet}' WHEN 1 THEN '{high_floor}' WHEN 2 THEN '{high_floor,lake_view}'
        WHEN 3 THEN '{non_smoking}' ELSE '{}' END::varchar[], 'none'
FROM generate_series(1, %(bookings)s) AS n
"""


def furnish(*, code: str, rooms: int, types: int, floors: int = 20) -> HotelRef:
    """A hotel with rooms that differ: floors, views, quiet ones, doors between some."""
    hotel = house.create_hotel(
        spec=house.HotelSpec(code=code, name="Bench", opens_on=data.OPENS, group_code="bench", longest_stay=30),
        actor=data.SYSTEM, now=clock.now(),
    )  # fmt: skip
    building = house.create_building(hotel_id=hotel.pk, name="1")
    levels = [
        house.create_floor(hotel_id=hotel.pk, building_id=building, name=f"{n + 1}F", level=n + 1)
        for n in range(floors)
    ]
    for number in range(types):
        made = house.create_room_type(
            hotel_id=hotel.pk, spec=house.RoomTypeSpec(code=f"t{number}", name=f"Type {number}", position=number)
        )
        each = rooms // types
        specs = [
            house.RoomSpec(
                number=f"{number}-{n}", room_type_id=made.pk, floor_id=levels[n * floors // each],
                features=[name for name, every in (("quiet", 3), ("lake_view", 4), ("balcony", 5)) if n % every == 0],
                smoking=n % 17 == 0, orientation=("south", "north")[n % 2],
            )
            for n in range(each)
        ]  # fmt: skip
        for start in range(0, each, 1000):
            house.create_rooms(hotel_id=hotel.pk, specs=specs[start : start + 1000])
    policy = selling.create_policy(hotel_id=hotel.pk, spec=selling.PolicySpec(code="free", name="free"))
    selling.create_plan(hotel_id=hotel.pk, spec=selling.PlanSpec(code="p0", name="P", cancellation_policy_id=policy))
    last = data.OPENS + timedelta(days=60)
    selling.open_nights(hotel_id=hotel.pk, first=data.OPENS, last=last)
    return hotel


def instruments(stage: Stage) -> dict[str, Any]:
    """Rack and calendar of 500 rooms with 4,000 stays: the server's time for one at a time, and what is sent."""
    hotel = furnish(code="instruments", rooms=ROOMS, types=10)
    params = {"hotel": hotel.pk, "first": data.OPENS, "day": data.OPENS, "bookings": 1}
    db.execute(_BOOKINGS, params)
    db.execute(_STAYS, params)
    db.execute("VACUUM ANALYZE")
    session = _session(hotel)
    paths = {
        f"rack, {ROOMS} rooms": f"/h/{hotel.code}/rooms",
        f"calendar, {ROOMS} rooms x {DAYS} days": f"/h/{hotel.code}/calendar/data?first={data.OPENS}&days={DAYS}",
    }
    figures: dict[str, Any] = {}
    with serving(stage.url) as (port, _web):
        for name, path in paths.items():
            times, sent, whole = _asked(port, path, session, rounds=10 if stage.quick else 60)
            figures[f"{name}: median, ms (≤ {LIMIT_MS})"] = round(median(times) * 1000, 1)
            figures[f"{name}: 95 %, ms"] = round(quantile(times, 0.95) * 1000, 1)
            figures[f"{name}: sent, kB (< {LIMIT_KB})"] = round(sent / 1000, 1)
            figures[f"{name}: unpacked, kB"] = round(whole / 1000, 1)
    return figures


def _session(hotel: HotelRef) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    staff.create_post(hotel_id=hotel.pk, code="desk", name="desk", permissions=RIGHTS)
    member = staff.create_staff(
        hotel_id=hotel.pk, username=f"desk-{hotel.code}", name="desk", password=None, post="desk", since=data.OPENS
    )
    user = User.objects.get(pk=member.user_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _asked(port: int, path: str, session: str, *, rounds: int) -> tuple[list[float], int, int]:
    """Seconds of each answer, and its size as sent and unpacked."""
    request = page(path, session=session).replace(
        b"\r\n\r\n", b"\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    )
    times: list[float] = []
    sent = whole = 0
    for turn in range(rounds + 5):
        begun = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
            one.sendall(request)
            received = b""
            while more := one.recv(1 << 18):
                received += more
        head, _blank, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head[:300]
        # The first ones warm the pool and the templates.
        if turn >= 5:
            times.append(time.perf_counter() - begun)
        sent, whole = len(body), len(gzip.decompress(body)) if b"content-encoding: gzip" in head.lower() else len(body)
    return times, sent, whole


def assignment(stage: Stage) -> dict[str, Any]:
    """Rooms for 2,000 arrivals in 10,000 rooms: read, solved and explained, in one type and in twenty."""
    from binzhi.frontdesk.queries.candidates import day_plan

    figures: dict[str, Any] = {}
    for types in (20, 1):
        hotel = furnish(code=f"many-{types}", rooms=MANY_ROOMS, types=types)
        params = {"hotel": hotel.pk, "first": data.OPENS, "day": data.OPENS, "types": types, "bookings": ARRIVALS}
        db.execute(_BOOKINGS, params)
        db.execute(_ARRIVALS, params)
        db.execute("VACUUM ANALYZE")
        ref = hotel_by_id(hotel.pk)
        times = [_timed(lambda ref=ref: day_plan(hotel=ref, day=data.OPENS)) for _ in range(1 if stage.quick else 3)]  # type: ignore[misc]
        plan = day_plan(hotel=ref, day=data.OPENS)
        name = f"{ARRIVALS:,} arrivals, {MANY_ROOMS:,} rooms of {types} type{'s' * (types > 1)}"
        figures[f"{name}: s (≤ 10)"] = round(median(times), 2)
        figures[f"{name}: housed"] = len(plan.proposals)
        figures[f"{name}: optimum proven"] = plan.proven
        figures[f"{name}: gap"] = f"{plan.gap:.2%}"
    return figures


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
