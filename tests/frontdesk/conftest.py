"""A furnished hotel for the desk, arrivals in it, and colleagues with exact rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_actor, make_hotel

POLICE_KEY = "key-of-the-station"


@pytest.fixture
def police() -> Iterator[Simulator]:
    """The other side of reports to the police."""
    with Simulator(key=POLICE_KEY) as started:
        yield started


@pytest.fixture
def house(db: None) -> TestHotel:
    """Documents are not asked for: what is tested is rooms and money."""
    return make_hotel(documents_required=False, with_billing=True)


@pytest.fixture
def strict(db: None) -> TestHotel:
    """Every adult shows a document."""
    return make_hotel(documents_required=True, with_billing=True)


@pytest.fixture
def clerk(house: TestHotel) -> Actor:
    return clerk_of(house)


def clerk_of(hotel: TestHotel) -> Actor:
    """Everything a receptionist may do; not the override of a room that is not ready, nor a waiver."""
    rights = [right for right in Permission if right != Permission.OVERRIDE_READINESS]
    money = [Money.TAKE_DEPOSIT, Money.REFUND_DEPOSIT, Money.TAKE_PAYMENT, Money.POST_CHARGE, Money.VIEW]
    return make_actor(hotel, [*rights, *money, Booking.CREATE])


def arrive(hotel: TestHotel, *, nights: int = 2, room: str = "", after: int = 0, **more: Any) -> int:
    """A reservation of one room that arrives today (or `after` days later); `room` is assigned to it."""
    wanted = booking(arrival=TODAY + timedelta(days=after), nights=nights, **more)
    (stay,) = create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW).room_ids
    if room:
        services.assign_room(
            hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms[room], actor=SYSTEM, now=NOW
        )
    return stay


def stay_in(hotel: TestHotel, room: str, *, nights: int = 2, **more: Any) -> int:
    """Somebody in house in that room since today."""
    stay = arrive(hotel, nights=nights, room=room, **more)
    services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW)
    return stay


def row_of(stay: int) -> dict[str, Any]:
    """The room reservation as it stands in the table."""
    found = db.fetch_one("SELECT * FROM reservations_roomreservation WHERE id = %s", [stay])
    assert found is not None
    return found


def nights_of(hotel: TestHotel, room: str) -> dict[Any, int]:
    """Who has a room, by night."""
    rows = db.fetch_all(
        "SELECT night, room_reservation_id FROM reservations_roomnight WHERE room_id = %s ORDER BY night",
        [hotel.rooms[room]],
    )
    return {row["night"]: row["room_reservation_id"] for row in rows}


def sold(hotel: TestHotel, room_type: str, nights: int = 4) -> list[int]:
    """The counters of a type from today on."""
    rows = db.fetch_all(
        "SELECT sold FROM reservations_night WHERE hotel_id = %s AND room_type_id = %s AND night >= %s ORDER BY night"
        " LIMIT %s",
        [hotel.pk, hotel.room_types[room_type], TODAY, nights],
    )
    return [row["sold"] for row in rows]


def housekeeping(hotel: TestHotel, room: str) -> str:
    return str(db.fetch_value("SELECT housekeeping FROM property_room WHERE id = %s", [hotel.rooms[room]]))


def set_housekeeping(hotel: TestHotel, room: str, condition: str) -> None:
    db.execute("UPDATE property_room SET housekeeping = %s WHERE id = %s", [condition, hotel.rooms[room]])


TABLES = (
    "reservations_reservation", "reservations_roomreservation", "reservations_staynight", "reservations_roomnight",
    "reservations_night", "billing_folio", "billing_account", "billing_transaction", "billing_line", "property_room",
    "guests_guest", "guests_guestdocument", "frontdesk_registration", "kernel_audit_entry", "kernel_outbox_event",
)  # fmt: skip


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Not one row of any table the desk writes is added, changed or removed inside."""
    before = _fingerprint()
    yield
    assert _fingerprint() == before


def _fingerprint() -> dict[str, Any]:
    connection.cursor().execute(
        "SELECT set_config('binzhi.hotels', '*', false), set_config('binzhi.groups', '*', false)"
    )
    db.forget_scope()
    return {
        table: db.fetch_value(f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t")
        for table in TABLES
    }


def audit_of(stay: int) -> list[str]:
    """The operations recorded on a room reservation, in order."""
    rows = db.fetch_all(
        "SELECT operation FROM kernel_audit_entry WHERE subject = 'room_reservation' AND subject_id = %s ORDER BY id",
        [stay],
    )
    return [row["operation"] for row in rows]


def topics() -> list[str]:
    return [row["topic"] for row in db.fetch_all("SELECT topic FROM kernel_outbox_event ORDER BY id")]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent inside, without savepoints and the binding of the session."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.extend(
        query["sql"] for query in captured if "SAVEPOINT" not in query["sql"] and "set_config" not in query["sql"]
    )
