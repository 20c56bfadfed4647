"""The night audit of a large house against its one set-based statement, and statements of a booking."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import Any

import psycopg
from django.db import connection

from bench import data
from bench.meter import Meter
from binzhi.frontdesk.night_audit import run_night_audit
from binzhi.frontdesk.night_audit.posting import post_rooms
from binzhi.kernel import clock, db
from binzhi.kernel.operations import unit_of_work
from binzhi.property.queries import HotelRef, hotel_by_id
from binzhi.reservations import services
from binzhi.reservations.requests import NewReservation, RoomRequest

ROOMS = 10_000
NIGHTS = 6
RUNS = 3

# Everybody is in house already: written set-based, as only the audit is measured. Each stay has a folio of its own.
_FULL = (
    """
CREATE TEMP TABLE full_house ON COMMIT DROP AS
SELECT r.id AS room_id, r.room_type_id, nextval('reservations_reservation_id_seq') AS reservation_id,
       nextval('reservations_roomreservation_id_seq') AS stay_id, nextval('billing_folio_id_seq') AS folio_id,
       nextval('billing_account_id_seq') AS account_id
FROM property_room r WHERE r.hotel_id = %(hotel)s
""",
    """
INSERT INTO reservations_reservation (id, hotel_id, booker_name, guarantee, booked_on, created_at)
SELECT reservation_id, %(hotel)s, 'bench', 'none', %(first)s, now() FROM full_house
""",
    "INSERT INTO billing_folio (id, hotel_id) SELECT folio_id, %(hotel)s FROM full_house",
    """
INSERT INTO billing_account (id, hotel_id, kind, code, name, folio_id, "window")
SELECT account_id, %(hotel)s, 'folio', '', '', folio_id, 1 FROM full_house
""",
    """
INSERT INTO reservations_roomreservation (id, hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
    rate_plan_id, arrival, departure, adults, room_id, folio_id, charge_account_id, checked_in_at)
SELECT stay_id, %(hotel)s, reservation_id, 1, 'in_house', room_type_id, room_type_id, %(plan)s, %(first)s::date,
    %(first)s::date + %(nights)s, 2, room_id, folio_id, account_id, now() FROM full_house
""",
    """
INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
SELECT stay_id, %(hotel)s, %(first)s::date + d, 400 + d, %(plan)s FROM full_house, generate_series(0, %(nights)s - 1) d
""",
    """
INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
SELECT room_id, %(first)s::date + d, %(hotel)s, stay_id FROM full_house, generate_series(0, %(nights)s - 1) d
""",
)
_SOLD = """
UPDATE reservations_night SET sold = rooms
WHERE hotel_id = %(hotel)s AND night >= %(first)s AND night < %(first)s::date + %(nights)s
"""


_MADE_UP = "UPDATE property_room SET housekeeping = 'inspected' WHERE housekeeping <> 'inspected'"


def night_audit(stage: Any) -> dict[str, Any]:
    """Close days of a house with 10,000 rooms in house; then one with 100, to count statements.

    The posting statement alone runs for a twin of that house, on its own connection, and commits: what it writes is
    checked by the database (statement triggers, then foreign keys at the end of the transaction), kept and flushed on
    both sides. Before each day the rooms of both are made up again, so that the audit has them all to turn dirty.
    """
    big, twin = (_full_house(code, rooms=ROOMS // data.TYPES) for code in ("audit-big", "audit-twin"))
    small = _full_house("audit-small", rooms=10)
    runs = 1 if stage.quick else RUNS
    bare, whole, committing, count = [], [], [], 0
    with psycopg.connect(stage.url, options="-c binzhi.hotels=* -c binzhi.groups=* -c jit=off") as alone:
        for _ in range(runs):
            db.execute(_MADE_UP)
            db.execute("VACUUM ANALYZE")
            spent, commit = _post(stage, alone, twin)
            bare.append(spent)
            committing.append(commit)
            watch = Meter(stage.watched(0))
            watch.start()
            count = _close(big)
            whole.append(watch.stop())
            # The day of the twin is charged: its audit finds nothing left to post and opens the next one.
            _close(twin)
    assert _posted(big) == _posted(twin) == runs * ROOMS, (_posted(big), _posted(twin))
    seconds, processor = median(run.wall for run in whole), median(run.cpu for run in whole)
    one, one_processor = median(run.wall for run in bare), median(run.cpu for run in bare)
    return {
        "audit / one set-based statement, time (≤ 2)": round(seconds / one, 2),
        "audit / one set-based statement, processor": round(processor / one_processor, 2),
        "statements at 10,000 and at 100 rooms": [count, _close(small)],
        "audit of 10,000 rooms, s": round(seconds, 2),
        "the statement alone, s, of that its commit": [round(one, 2), round(median(committing), 2)],
        "processor, s": [round(processor, 2), round(one_processor, 2)],
    }


def _full_house(code: str, *, rooms: int) -> HotelRef:
    bench = data.furnish(code=code, rooms=rooms)
    plan = db.fetch_value("SELECT min(id) FROM reservations_rateplan WHERE hotel_id = %s", [bench.hotel.pk])
    params = {"hotel": bench.hotel.pk, "first": data.OPENS, "plan": plan, "nights": NIGHTS}
    with unit_of_work():
        for statement in _FULL:
            db.execute(statement, params)
        db.execute(_SOLD, params)
    return bench.hotel


class _Asked(Exception):
    """Carries the posting statement and its parameters away before it is run."""


def _posting(hotel: HotelRef) -> tuple[str, Any]:
    """The posting statement of the open day, as the product sends it."""

    def catch(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT INTO billing_transaction" in statement:
            raise _Asked(statement, params)
        return execute(statement, params, many, context)

    today = hotel_by_id(hotel.pk).business_date
    try:
        with unit_of_work(), connection.execute_wrapper(catch):
            post_rooms(hotel_id=hotel.pk, business_date=today, user_id=None, now=clock.now())
    except _Asked as asked:
        db.enter_scope("*", "*")
        statement, params = asked.args
        return statement, params
    raise AssertionError("the product posts in another way")


def _post(stage: Any, alone: psycopg.Connection[Any], hotel: HotelRef) -> tuple[Any, float]:
    """Run the posting statement alone and commit it; what it took, and the seconds of its commit."""
    statement, params = _posting(hotel)
    meter = Meter(stage.watched(0))
    meter.start()
    alone.execute(statement, params)
    before = time.perf_counter()
    alone.commit()
    return meter.stop(), time.perf_counter() - before


def _posted(hotel: HotelRef) -> int:
    return int(
        db.fetch_value(
            "SELECT count(*) FROM billing_transaction WHERE hotel_id = %s AND source_key LIKE 'room:%%'", [hotel.pk]
        )
    )


def _close(hotel: HotelRef) -> int:
    """Close the open day; the number of statements it took."""
    sent = 0

    def count(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(statement, params, many, context)

    today = hotel_by_id(hotel.pk).business_date
    with connection.execute_wrapper(count):
        run_night_audit(hotel_id=hotel.pk, business_date=today, actor=data.SYSTEM, now=clock.now(), coming_day=True)
    return sent


def booking_statements(hotel: HotelRef) -> dict[str, int]:
    """Statements of one booking: short, long, and after many."""
    counts: dict[str, int] = {}
    for name, nights in (("2 nights", 2), ("14 nights", 14), ("2 nights again", 2)):
        sent: list[str] = []

        def keep(execute: Any, statement: str, params: Any, many: bool, context: Any, sent: list[str] = sent) -> Any:
            sent.append(statement)
            return execute(statement, params, many, context)

        arrival = data.OPENS + timedelta(days=5)
        room = RoomRequest(
            room_type="t1", rate_plan="p0", arrival=arrival, departure=arrival + timedelta(days=nights), adults=2
        )
        with connection.execute_wrapper(keep):
            services.create_reservation(
                hotel_id=hotel.pk,
                booking=NewReservation(booker_name="bench", rooms=(room,)),
                actor=replace(data.SYSTEM),
                now=clock.now(),
            )
        counts[name] = len(sent)
    return counts
