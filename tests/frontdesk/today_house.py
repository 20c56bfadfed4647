"""A house in the middle of a day, made through the real building blocks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from binzhi.billing import ledger
from binzhi.guests.models import Guest
from binzhi.kernel import db
from binzhi.kernel.operations import unit_of_work
from binzhi.property.models import BusinessDay
from binzhi.reservations import stays
from binzhi.reservations.requests import ReservationRef
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel

YESTERDAY = TODAY - timedelta(days=1)


def open_house(**more: object) -> TestHotel:
    """A hotel whose open day is yesterday, so that stays can be under way today."""
    return make_hotel(today=YESTERDAY, with_billing=True, **more)  # type: ignore[arg-type]


def next_day(hotel: TestHotel) -> TestHotel:
    """Open TODAY, as the night audit does; nothing is posted here."""
    BusinessDay.objects.filter(hotel_id=hotel.pk, date=YESTERDAY).update(closed_at=NOW)
    BusinessDay.objects.create(hotel_id=hotel.pk, date=TODAY)
    db.execute("UPDATE property_hotel SET business_date = %s WHERE id = %s", [TODAY, hotel.pk])
    return hotel


def reserve(
    hotel: TestHotel,
    *,
    arrival: date = TODAY,
    nights: int = 1,
    expected_at: time | None = None,
    vip: str = "",
    **more: object,
) -> ReservationRef:
    """A reservation of a guest with a file."""
    name = str(more.pop("name", "王小明"))
    guest = Guest.objects.create(group_id=hotel.ref.group_id, name=name, vip_level=vip, plain=name)
    return create_reservation(
        hotel_id=hotel.pk,
        booking=booking(
            arrival=arrival,
            nights=nights,
            expected_at=expected_at,
            guest_id=guest.pk,
            booker_name=name,
            **more,  # type: ignore[arg-type]
        ),
        actor=SYSTEM,
        now=NOW,
    )


def give_room(hotel: TestHotel, made: ReservationRef, number: str) -> None:
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.assign(room_reservation=held, room_id=hotel.rooms[number])


def arrive(
    hotel: TestHotel, made: ReservationRef, number: str, *, at: datetime = NOW, owes: Decimal | None = None
) -> None:
    """In the room; with a bill that owes something, when asked."""
    give_room(hotel, made, number)
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.start(room_reservation=held, now=at)
        folio = ledger.open_folio(hotel_id=hotel.pk, guest_id=held.guest_id, now=at)
        stays.set_folio(room_reservation=held, folio_id=folio.folio_id, account_id=folio.account_id)
        if owes is not None:
            ledger.charge(
                hotel_id=hotel.pk, account_id=folio.account_id, charge_code="1000", amount=owes, currency="CNY",
                description="", source_key=None, user_id=None, now=at,
            )  # fmt: skip


def leave(hotel: TestHotel, made: ReservationRef, *, at: datetime = NOW) -> None:
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.end(room_reservation=held, now=at)
