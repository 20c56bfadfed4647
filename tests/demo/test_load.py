"""A small demo hotel, loaded through the services into the test's database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from binzhi import demo
from binzhi.demo import loader, rostering
from binzhi.demo.staff import PASSWORD
from binzhi.kernel import db
from binzhi.people.models import User
from binzhi.promises.jobs import heed_all
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.conditions.queries import deposits_asked

pytestmark = [pytest.mark.django_db(transaction=True)]

TODAY = date(2025, 11, 21)
TINY = demo.Size(past_days=1, future_days=3, people=80, members=4, scale=0.1, seed=5)
SMALL = demo.Size(past_days=3, future_days=8, people=200, members=12, scale=0.2, seed=5)


@pytest.fixture(autouse=True)
def bound() -> None:
    db.forget_scope()


def value(statement: str) -> object:
    db.enter_scope("*", "*")
    return db.fetch_value(statement)


def story() -> list[dict[str, object]]:
    db.enter_scope("*", "*")
    return db.fetch_all(
        "SELECT dense_rank() OVER (ORDER BY r.number) AS number,"
        " r.booker_name, r.booked_on, r.channel, rr.status, rr.arrival, rr.departure, m.number AS room,"
        " g.name, dense_rank() OVER (ORDER BY f.number) AS folio, a.balance FROM reservations_reservation r"
        " JOIN reservations_roomreservation rr ON rr.reservation_id = r.id"
        " LEFT JOIN property_room m ON m.id = rr.room_id LEFT JOIN guests_guest g ON g.id = rr.guest_id"
        " LEFT JOIN billing_folio f ON f.id = rr.folio_id LEFT JOIN billing_account a ON a.id = rr.charge_account_id"
        " ORDER BY r.number, rr.position"
    )


def registered_as_the_law_asks() -> None:
    """Reports received, one that waits for the hand, a minor, cards."""
    assert value("SELECT count(*) FILTER (WHERE state = 'received') > 0 FROM frontdesk_policereport") is True
    assert value("SELECT count(*) FILTER (WHERE state = 'waiting') FROM frontdesk_policereport") == 1
    assert value("SELECT count(*) FROM frontdesk_minorpatrol") == 1
    assert value("SELECT count(*) > 0 FROM frontdesk_registrationcard") is True


def deposits_are_promised() -> None:
    """One paid, one in part, one due, one that should have come."""
    hotel = hotel_by_id(int(str(value("SELECT id FROM property_hotel"))))
    asked = {one.booker: one for one in deposits_asked(hotel=hotel)}
    after = datetime(2025, 11, 22, tzinfo=UTC)
    assert [(one.held > 0, bool(one.missing), one.is_overdue(after)) for one in asked.values()] == [
        (False, True, True), (False, True, False), (True, False, False), (True, True, False),
    ]  # fmt: skip


def sold_to_some_only() -> None:
    """Two promotions, a members' price, and somebody who booked on."""
    assert value("SELECT array_agg(code::text ORDER BY code) FROM reservations_promotion") == ["HANGMA26", "HUPAN2026"]
    assert value("SELECT kind FROM reservations_rateplan WHERE code = 'MEMBER'") == "member"
    assert (
        value(
            "SELECT count(*) > 0 FROM reservations_roomreservation WHERE status = 'reserved'"
            " AND arrival = '2025-11-21' AND frontdesk_stay_before(id) IS NOT NULL"
        )
        is True
    )


def test_load_small_hotel_is_alive_and_sound() -> None:
    assert demo.is_loaded() is False
    summary = demo.load(today=TODAY, size=SMALL)
    assert demo.is_loaded() is True
    assert summary.refused == 0
    assert summary.rooms == value("SELECT count(*) FROM property_room")
    assert value("SELECT business_date FROM property_hotel") == TODAY
    assert value("SELECT count(*) FROM frontdesk_daystatistics") == SMALL.past_days
    assert value("SELECT min(sold) > 0 FROM frontdesk_daystatistics") is True
    registered_as_the_law_asks()
    deposits_are_promised()
    # Sound: the ledger adds up, counters are the reservations.
    assert value("SELECT sum(amount) FROM billing_line") == Decimal(0)
    assert (
        value(
            "SELECT count(*) FROM reservations_night n WHERE n.night >= '2025-11-21' AND n.sold <> (SELECT count(*)"
            " FROM reservations_roomreservation rr WHERE rr.room_type_id = n.room_type_id AND rr.arrival <= n.night"
            " AND rr.departure > n.night AND rr.status IN ('reserved', 'in_house'))"
        )
        == 0
    )
    # Alive: something to do on every screen.
    for due in (
        "status = 'in_house' AND departure > '2025-11-21'", "status = 'in_house' AND departure = '2025-11-21'",
        "status = 'in_house' AND arrival = '2025-11-21'", "status = 'checked_out' AND ended_on = '2025-11-21'",
        "status = 'reserved' AND arrival = '2025-11-21' AND room_id IS NULL",
        "status = 'reserved' AND arrival = '2025-11-21' AND room_id IS NOT NULL",
        "status = 'reserved' AND arrival > '2025-11-21'", "status = 'cancelled'",
    ):  # fmt: skip
        assert value(f"SELECT count(*) > 0 FROM reservations_roomreservation WHERE {due}") is True, due
    assert value("SELECT count(DISTINCT housekeeping) FROM property_room") == 3
    assert value("SELECT count(*) FROM property_room WHERE maintenance <> 'in_service'") == 3
    assert (
        value(
            "SELECT count(*) FROM reservations_roomreservation rr"
            " JOIN reservations_reservation r ON r.id = rr.reservation_id"
            " JOIN guests_guest g ON g.id = r.guest_id WHERE g.vip_level = 'vvip' AND rr.arrival = '2025-11-21'"
        )
        == 1
    )
    sold_to_some_only()
    # What is past sets nothing off when the worker first listens.
    runs = value("SELECT count(*) FROM promises_run")
    assert heed_all() == 0
    assert value("SELECT count(*) FROM promises_run") == runs
    # Open: every login, with the password that is printed; their colleagues have the same.
    more = {one.username for one in rostering.colleagues()}
    assert {user.username for user in User.objects.all()} == {user for _post, user, _password in demo.logins()} | more
    some = User.objects.filter(username__in=["qiantai", "zongjingli", "qiantai2"])
    assert [user.check_password(PASSWORD) for user in some] == [True] * 3


@pytest.mark.slow
def test_load_same_seed_and_day_same_hotel() -> None:
    demo.load(today=TODAY, size=TINY)
    first = story()
    loader._clear_remains()
    demo.load(today=TODAY, size=TINY)
    assert len(first) > 10
    assert story() == first


def test_load_interrupted_begins_anew() -> None:
    class Interrupted(Exception):
        pass

    def interrupt(text: str) -> None:
        if "days" in text:
            raise Interrupted

    size = demo.Size(past_days=15, future_days=2, people=60, members=3, scale=0.02, seed=5)
    with pytest.raises(Interrupted):
        demo.load(interrupt, today=TODAY, size=size)
    assert demo.is_loaded() is False
    assert value("SELECT count(*) > 0 FROM reservations_reservation") is True
    demo.load(today=TODAY, size=TINY)
    assert demo.is_loaded() is True
    assert value("SELECT count(*) FROM property_hotel") == 1
