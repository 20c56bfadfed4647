"""The days of the demo hotel, each lived through the real services by the staff whose work it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import ROUND_CEILING, Decimal

from binzhi.billing.services import post_charge
from binzhi.billing.setup import COMPANY
from binzhi.demo.giving import give_away
from binzhi.demo.house import TYPES
from binzhi.demo.house_state import Booked, House, Remember
from binzhi.demo.people import document_of
from binzhi.demo.plan import CANCELS, NO_SHOW, Planned
from binzhi.frontdesk import services as desk
from binzhi.frontdesk.requests import DepositInput, DepositReturn, PaymentInput, RegistrationInput
from binzhi.kernel import db
from binzhi.kernel.money import ZERO
from binzhi.reservations import services as reservations
from binzhi.reservations.services import NewReservation, RoomRequest

# What guests have besides the room: code, words, price, how often per night.
CHARGES = (
    ("2010", "早餐", Decimal(68), 0.05),
    ("2020", "湖畔中餐厅", Decimal(268), 0.03),
    ("2030", "送餐", Decimal(98), 0.02),
    ("2040", "迷你吧", Decimal(36), 0.03),
    ("3020", "洗衣", Decimal(55), 0.015),
    ("3030", "停车", Decimal(20), 0.015),
)
MEANS = ("wechat", "wechat", "wechat", "wechat", "alipay", "alipay", "card", "card", "cash")
REASONS = ("guest", "guest", "guest", "price", "elsewhere", "weather", "duplicate")
EARLY_LEAVERS = 0.015
UPGRADES = {"STD": "KNG", "KNG": "BIZ", "BIZ": "DLX"}
UPGRADED = 0.02
# Who has given nothing leaves the stay and something for extras; with some the desk was content with less.
LEAST_DEPOSIT, EXTRAS = Decimal(500), Decimal(300)
PRICES = {kind.spec.code: kind.price for kind in TYPES}
_FILES_AT_ONCE = 20

_OWED = """
SELECT rr.id, coalesce(sum(a.balance) FILTER (WHERE a.kind = 'folio'), 0) AS owed
FROM reservations_roomreservation rr JOIN billing_account a ON a.folio_id = rr.folio_id
WHERE rr.id = ANY (%s) GROUP BY rr.id
"""
_WINDOWS = "SELECT id, charge_account_id FROM reservations_roomreservation WHERE id = ANY (%s)"
# Of the cleaning of past days nothing is kept but that the rooms were ready.
_CLEAN = """
UPDATE property_room SET housekeeping = 'inspected', condition_changed_at = %s
WHERE hotel_id = %s AND housekeeping <> 'inspected'
"""


def live(house: House, day: date, bookings: Sequence[Planned]) -> None:
    """One whole day, ending with its night audit."""
    house.today = day
    going = [stay for stay in house.in_house if stay.departure <= day]
    # The office and the cashier touch nothing of each other: while one waits for the server the other reckons.
    office = house.lane.submit(_office, house, bookings)
    try:
        bill_extras(house)
        leave(house, going)
    finally:
        office.result()
    early = [stay for stay in house.in_house if stay.planned.arrival < day and house.random.random() < EARLY_LEAVERS]
    leave(house, early)
    db.execute(_CLEAN, [house.at(13), house.hotel_id])
    arrive(house, due(house))
    walk_in(house, [booking for booking in bookings if booking.is_walk_in])
    give_away(house)
    close(house)


def _office(house: House, bookings: Sequence[Planned]) -> None:
    take_bookings(house, bookings)
    lose_bookings(house)


def due(house: House) -> list[Booked]:
    """Who comes today; those who do not are for the night audit to find."""
    return [stay for stay in house.expected.pop(house.today, []) if stay.planned.outcome != NO_SHOW]


def close(house: House) -> None:
    """The night audit, at half past two of the next day."""
    desk.run_night_audit(
        hotel_id=house.hotel_id, business_date=house.today, actor=house.cast["night-auditor"],
        now=house.at(2, 30, day=house.today + timedelta(days=1)),
    )  # fmt: skip


# ---------------------------------------------------------------- the reservations office


def take_bookings(house: House, bookings: Sequence[Planned]) -> None:
    wanted = []
    for booking in bookings:
        # Full nights are turned away here, as a clerk does who sees the board.
        if not booking.is_walk_in and house.has_room(
            booking.room_type, booking.arrival, booking.departure, booking.rooms
        ):
            house.sell(booking.room_type, booking.arrival, booking.departure, booking.rooms)
            wanted.append(booking)
    house.each(wanted, lambda booking: _book(house, booking))


def _book(house: House, booking: Planned) -> Remember:
    made = reservations.create_reservation(
        hotel_id=house.hotel_id, booking=new_reservation(house, booking), actor=house.cast["reservations-clerk"],
        now=house.moment(booking.number, 8, 20),
    )  # fmt: skip

    def remember() -> None:
        for position, room_reservation_id in enumerate(made.room_ids):
            person = booking.person if position == 0 else (booking.number * 13 + position * 97) % len(house.people)
            house.expected[booking.arrival].append(
                Booked(booking, made.id, room_reservation_id, person, booking.room_type, booking.departure)
            )

    return remember


def new_reservation(house: House, booking: Planned) -> NewReservation:
    person = house.people[booking.person]
    way = booking.way
    request = RoomRequest(
        room_type=booking.room_type, rate_plan=way.plan, arrival=booking.arrival, departure=booking.departure,
        adults=booking.adults, children=booking.children,
    )  # fmt: skip
    return NewReservation(
        booker_name=person.name, booker_phone=person.phone, rooms=(request,) * booking.rooms,
        guest_id=house.files.guests.get(booking.person) if booking.rooms == 1 else None,
        organisation_id=house.organisations[booking.organisation] if booking.organisation is not None else None,
        market=way.market, source=way.source, channel=way.channel,
        channel_number=f"{way.channel[:2].upper()}{booking.number:08}" if way.source == "ota" else None,
        guarantee=way.guarantee, special_requests=booking.requests, remarks=booking.remark,
        expected_at=time(booking.hour, 0), walk_in=booking.is_walk_in,
    )  # fmt: skip


def lose_bookings(house: House) -> None:
    gone = [
        stay
        for stays in house.expected.values()
        for stay in stays
        if stay.planned.outcome == CANCELS and stay.planned.ends_on == house.today
    ]

    def cancel(stay: Booked) -> Remember:
        reservations.cancel_reservation(
            hotel_id=house.hotel_id, reservation_id=stay.reservation_id,
            reason=house.pick(stay.planned.number, REASONS), actor=house.cast["reservations-clerk"],
            now=house.moment(stay.planned.number, 9, 17),
        )  # fmt: skip

        def remember() -> None:
            house.expected[stay.planned.arrival].remove(stay)
            house.sell(stay.room_type, stay.planned.arrival, stay.departure, -1)

        return remember

    house.each(gone, cancel)


# ---------------------------------------------------------------- arrivals


def arrive(house: House, stays: Sequence[Booked], *, latest_hour: int = 22) -> None:
    """Check in; who finds no room free of his type is given a better one."""
    ready = [stay for stay in stays if _choose_room(house, stay)]
    for start in range(0, len(ready), _FILES_AT_ONCE):
        _arrive_together(house, ready[start : start + _FILES_AT_ONCE], latest_hour)
    inside = {stay.room_reservation_id: stay for stay in house.in_house}
    for stay in ready:
        if stay.room_reservation_id not in inside and stay.room is not None:
            house.free[stay.room_type].append(stay.room)
            stay.room = None
    for row in db.fetch_all(_WINDOWS, [[stay.room_reservation_id for stay in ready]]):
        if row["id"] in inside:
            inside[row["id"]].account = row["charge_account_id"]


def _arrive_together(house: House, stays: Sequence[Booked], latest_hour: int) -> None:
    seen: dict[int, int] = {}
    house.each(stays, lambda stay: _check_in(house, stay, seen, latest_hour))
    house.files.learn(seen)


def _choose_room(house: House, stay: Booked) -> bool:
    if stay.room is not None:
        return True
    better = UPGRADES.get(stay.room_type)
    wants_better = not house.free[stay.room_type] or house.random.random() < UPGRADED
    if wants_better and better and house.free[better] and house.has_room(better, house.today, stay.departure):
        house.sell(stay.room_type, house.today, stay.departure, -1)
        house.sell(better, house.today, stay.departure)
        stay.room_type = better
    if not house.free[stay.room_type]:
        return False
    free = house.free[stay.room_type]
    stay.room = free.pop(house.random.randrange(len(free)))
    return True


def _check_in(house: House, stay: Booked, seen: dict[int, int], latest_hour: int) -> Remember:
    stay.deposit = _deposit(stay) if stay.planned.guarantee_is_weak else ZERO
    registrations = _registrations(house, stay)
    hour = min(max(stay.planned.hour, 13), latest_hour)
    begun = desk.check_in(
        hotel_id=house.hotel_id, room_reservation_id=stay.room_reservation_id, registrations=registrations,
        room_id=stay.room, deposit=DepositInput(means="wechat", amount=stay.deposit) if stay.deposit else None,
        coming_later=max(stay.planned.adults - len(registrations), 0), actor=house.cast["receptionist"],
        now=house.moment(stay.room_reservation_id, hour, hour + 1),
    )  # fmt: skip

    def remember() -> None:
        house.in_house.append(stay)
        if begun.guest_id is not None:
            seen[stay.person] = begun.guest_id

    return remember


def _registrations(house: House, stay: Booked) -> tuple[RegistrationInput, ...]:
    """The guest, and now and then who comes along, each with a document."""
    return tuple(
        _registration(house, person)
        for person in dict.fromkeys((stay.person, stay.planned.companion if stay.planned.rooms == 1 else None))
        if person is not None
    )


def _registration(house: House, person: int) -> RegistrationInput:
    if person in house.files.documents:
        return RegistrationInput(guest_id=house.files.guests[person], document_id=house.files.documents[person])
    given = house.people[person]
    return RegistrationInput(
        name=given.name,
        sex=given.sex,
        birth_date=given.birth_date,
        nationality=given.nationality,
        phone=given.phone,
        document=document_of(given),
    )


def _deposit(stay: Booked) -> Decimal:
    if stay.planned.number % 9 == 0:
        return LEAST_DEPOSIT
    whole = PRICES[stay.room_type] * stay.planned.nights * Decimal("1.2") + EXTRAS
    return (whole / 100).to_integral_value(ROUND_CEILING) * 100


def walk_in(house: House, bookings: Sequence[Planned]) -> None:
    """Who comes without a booking, as far as there are rooms."""
    for booking in bookings:
        free = house.free.get(booking.room_type)
        if not free or not house.has_room(booking.room_type, booking.arrival, booking.departure):
            continue
        stay = Booked(booking, 0, 0, booking.person, booking.room_type, booking.departure, room=free.pop())
        _walk_in_alone(house, stay)


def _walk_in_alone(house: House, stay: Booked) -> None:
    seen: dict[int, int] = {}
    house.each([stay], lambda stay: _walk_in(house, stay, seen))
    house.files.learn(seen)
    if not stay.room_reservation_id and stay.room is not None:
        house.free[stay.room_type].append(stay.room)


def _walk_in(house: House, stay: Booked, seen: dict[int, int]) -> Remember:
    registrations = _registrations(house, stay)
    stay.deposit = _deposit(stay)
    assert stay.room is not None
    begun = desk.walk_in(
        hotel_id=house.hotel_id, booking=new_reservation(house, stay.planned), registrations=registrations,
        room_id=stay.room, deposit=DepositInput(means="cash", amount=stay.deposit),
        coming_later=max(stay.planned.adults - len(registrations), 0), actor=house.cast["receptionist"],
        now=house.moment(stay.planned.number, 17, 23),
    )  # fmt: skip

    def remember() -> None:
        stay.room_reservation_id, stay.reservation_id = begun.room_reservation_id, begun.reservation_id
        rows = db.fetch_all(_WINDOWS, [[begun.room_reservation_id]])
        stay.account = rows[0]["charge_account_id"]
        house.sell(stay.room_type, stay.planned.arrival, stay.departure)
        house.in_house.append(stay)
        if begun.guest_id is not None:
            seen[stay.person] = begun.guest_id

    return remember


# ---------------------------------------------------------------- the bill


def bill_extras(house: House) -> None:
    """What the outlets post on the rooms of who slept here."""
    posts: list[tuple[Booked, str, str, Decimal, int]] = [
        (stay, code, words, price, house.random.choice((1, 1, 1, 2)))
        for stay in house.in_house
        if stay.account is not None
        for code, words, price, share in CHARGES
        if house.random.random() < share
    ]

    def charge(entry: tuple[Booked, str, str, Decimal, int]) -> Remember:
        stay, code, words, price, quantity = entry
        assert stay.account is not None
        post_charge(
            hotel_id=house.hotel_id, account_id=stay.account, charge_code=code, amount=price,
            quantity=quantity, description=words, actor=house.cast["cashier"],
            now=house.moment(stay.room_reservation_id, 7, 10),
        )  # fmt: skip
        return lambda: None

    house.each(posts, charge)


def leave(house: House, stays: Sequence[Booked]) -> None:
    """Check out: settled in full, the deposit used or given back, companies on account."""
    rows = db.fetch_all(_OWED, [[stay.room_reservation_id for stay in stays]]) if stays else []
    owed = {row["id"]: row["owed"] for row in rows}
    settled = [(stay, _payment(house, stay, owed.get(stay.room_reservation_id, ZERO))) for stay in stays]
    house.each(settled, lambda entry: _check_out(house, *entry))


def _check_out(house: House, stay: Booked, payment: PaymentInput | None) -> Remember:
    desk.check_out(
        hotel_id=house.hotel_id, room_reservation_id=stay.room_reservation_id,
        payments=(payment,) if payment is not None else (),
        deposit=DepositReturn(means="wechat") if stay.deposit else None, actor=house.cast["receptionist"],
        now=house.moment(stay.room_reservation_id, 8, 12),
    )  # fmt: skip

    def remember() -> None:
        house.in_house.remove(stay)
        assert stay.room is not None
        house.free[stay.room_type].append(stay.room)
        if house.today < stay.departure:
            house.sell(stay.room_type, house.today, stay.departure, -1)

    return remember


def _payment(house: House, stay: Booked, owed: Decimal) -> PaymentInput | None:
    amount = max(owed - stay.deposit, ZERO)
    if amount <= 0:
        return None
    if stay.planned.organisation is not None:
        organisation = house.organisations[stay.planned.organisation]
        if house.credit.get(organisation, ZERO) >= amount:
            house.credit[organisation] -= amount
            return PaymentInput(means=COMPANY, amount=amount, organisation_id=organisation)
    return PaymentInput(means=house.pick(stay.planned.number, MEANS), amount=amount)
