"""Closing a hotel day: what it posts, what stops it, what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from binzhi.billing import ledger
from binzhi.billing.payments import PaymentInput
from binzhi.billing.queries import ledger_sum, revenue_of_day
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.billing.services import take_payment
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.models import DayStatistics, NightAudit
from binzhi.frontdesk.night_audit import preview, run_night_audit
from binzhi.frontdesk.night_audit.errors import AuditBlocked, AuditDone, DayNotOver, NotTheOpenDay
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import STRANGER
from binzhi.kernel.errors import Forbidden, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.models import BusinessDay, Hotel, Room
from binzhi.reservations.models import Night, RoomReservation
from tests.billing.test_payments import company
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, close_day, full_house, leave, ledger_of, reserve

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=10, booking_horizon=9)


def balance(account_id: int) -> Decimal:
    found: Decimal = kernel_db.fetch_value("SELECT balance FROM billing_account WHERE id = %s", [account_id])
    return found


def business_date(hotel: TestHotel) -> object:
    return Hotel.objects.get(pk=hotel.pk).business_date


# ---------------------------------------------------------------- what it does


def test_run_night_audit_posts_room_and_tax_and_opens_the_next_day(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel), "101")
    result = close_day(hotel)
    assert (result.posted, result.room_revenue, result.room_tax) == (1, Decimal("377.36"), Decimal("22.64"))
    assert (result.business_date, result.next_date, business_date(hotel)) == (TODAY, TOMORROW, TOMORROW)
    assert balance(account) == Decimal("400.00")
    assert revenue_of_day(hotel_id=hotel.pk, business_date=TODAY) == {"1000": Decimal("377.36")}
    assert ledger_sum(hotel_id=hotel.pk) == 0
    days = BusinessDay.objects.filter(hotel_id=hotel.pk).order_by("date").values_list("date", "closed_at")
    assert list(days) == [(TODAY, NIGHT), (TOMORROW, None)]


def test_run_night_audit_charges_the_price_agreed_not_the_plans_of_today(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel), "101")
    kernel_db.execute("UPDATE reservations_ratenight SET price = 9999 WHERE hotel_id = %s", [hotel.pk])
    close_day(hotel)
    assert balance(account) == Decimal("400.00")


def test_run_night_audit_posts_a_complimentary_night_as_nothing(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    account = arrive(hotel, stay, "101")
    kernel_db.execute("UPDATE reservations_staynight SET price = 0 WHERE room_reservation_id = %s", [stay])
    result = close_day(hotel)
    assert (result.posted, result.room_revenue, result.figures.sold, balance(account)) == (1, 0, 1, Decimal("0.00"))


def test_run_night_audit_day_by_day_posts_every_night_once(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel, nights=3), "101")
    close_day(hotel)
    close_day(hotel, TOMORROW)
    assert balance(account) == Decimal("800.00")
    keys = [row[2] for row in ledger_of(hotel)]
    assert sorted(set(keys)) == [
        f"room:{TODAY}:{keys[0].rsplit(':', 1)[1]}",
        f"room:{TOMORROW}:{keys[0].rsplit(':', 1)[1]}",
    ]  # type: ignore[union-attr]


def test_run_night_audit_never_turns_an_in_house_room_over(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    Room.objects.filter(pk=hotel.rooms["101"]).update(do_not_disturb=True)
    before = RoomReservation.objects.filter(pk=stay).values().get()
    close_day(hotel)
    assert RoomReservation.objects.filter(pk=stay).values().get() == before
    states = dict(
        Room.objects.filter(hotel_id=hotel.pk, number__in=["101", "102"]).values_list("number", "housekeeping")
    )
    assert states == {"101": "dirty", "102": "inspected"}
    assert Room.objects.get(pk=hotel.rooms["101"]).do_not_disturb


def test_run_night_audit_makes_no_shows_of_those_who_did_not_come(hotel: TestHotel) -> None:
    missing, coming = reserve(hotel), reserve(hotel, arrival=TOMORROW)
    result = close_day(hotel)
    assert (result.no_shows, result.no_show_fees) == (1, Decimal("400.00"))
    statuses = dict(RoomReservation.objects.filter(hotel_id=hotel.pk).values_list("pk", "status"))
    assert statuses == {missing: "no_show", coming: "reserved"}
    sold = dict(
        Night.objects.filter(hotel_id=hotel.pk, room_type_id=hotel.room_types["std"]).values_list("night", "sold")
    )
    assert (sold[TODAY], sold[TOMORROW]) == (0, 1)
    assert revenue_of_day(hotel_id=hotel.pk, business_date=TODAY) == {"8020": Decimal("400.00")}


def test_run_night_audit_posts_the_night_of_a_guest_who_came_after_the_last_audit(hotel: TestHotel) -> None:
    """Booked for the 21st, here at three in the morning of the 22nd: the night of the 21st is still owed."""
    stay = reserve(hotel, nights=2)
    kernel_db.execute("UPDATE reservations_roomreservation SET status = 'cancelled' WHERE id = %s", [stay])
    close_day(hotel)
    kernel_db.execute("UPDATE reservations_roomreservation SET status = 'reserved' WHERE id = %s", [stay])
    account = arrive(hotel, stay, "101", at=NIGHT + timedelta(hours=1))
    result = close_day(hotel, TOMORROW)
    assert (result.posted, result.figures.sold, balance(account)) == (2, 1, Decimal("800.00"))


def test_run_night_audit_writes_the_figures_of_the_day(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, walk_in=True), "101")
    account = arrive(hotel, reserve(hotel, adults=1), "102")
    take_payment(
        hotel_id=hotel.pk,
        account_id=account,
        payment=PaymentInput(means="cash", amount=Decimal(300), in_advance=True),
        actor=SYSTEM,
        now=NOW,
    )
    ledger.charge(hotel_id=hotel.pk, account_id=account, charge_code="2040", amount=Decimal("22.60"), now=NOW)
    reserve(hotel)
    figures = close_day(hotel).figures
    row = DayStatistics.objects.get(hotel_id=hotel.pk, business_date=TODAY)
    assert (row.rooms, row.out_of_order, row.sold, row.guests) == (8, 0, 2, 3)
    assert (row.arrivals, row.walk_ins, row.departures, row.cancellations, row.no_shows) == (2, 1, 0, 0, 1)
    assert (row.room_revenue, row.other_revenue) == (Decimal("735.85"), Decimal("420.00"))
    assert (row.tax, row.payments) == (Decimal("46.75"), Decimal("300.00"))
    assert (figures.occupancy, figures.average_rate) == (Decimal(25), Decimal("735.85") / 2)


def test_figures_of_a_closed_day_are_never_changed(hotel: TestHotel) -> None:
    close_day(hotel)
    with pytest.raises(Exception, match="insert-only"), transaction.atomic():
        DayStatistics.objects.filter(hotel_id=hotel.pk).update(sold=99)


def test_run_night_audit_keeps_the_selling_horizon(hotel: TestHotel) -> None:
    close_day(hotel)
    last = Night.objects.filter(hotel_id=hotel.pk).order_by("-night").values_list("night", flat=True)[0]
    assert last == TOMORROW + timedelta(days=9)


def test_run_night_audit_writes_one_audit_row_and_one_event(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel), "101")
    result = close_day(hotel)
    entry = AuditEntry.objects.get(hotel_id=hotel.pk, operation="night_audit.done")
    event = OutboxEvent.objects.get(hotel_id=hotel.pk, topic="night_audit.done")
    assert (entry.after["posted"], entry.after["next_date"]) == (1, str(TOMORROW))
    assert event.payload == {"hotel_id": hotel.pk, "business_date": str(TODAY), "next_date": str(TOMORROW)}
    audit = NightAudit.objects.get(hotel_id=hotel.pk)
    assert (audit.pk, audit.status, audit.attempts, audit.result["posted"]) == (result.audit_id, "done", 1, 1)


# ---------------------------------------------------------------- what stops it


def blocked(hotel: TestHotel) -> list[tuple[str, str, str]]:
    before = ledger_of(hotel)
    with pytest.raises(AuditBlocked) as refusal, transaction.atomic():
        close_day(hotel)
    assert (business_date(hotel), ledger_of(hotel)) == (TODAY, before)
    assert not NightAudit.objects.filter(hotel_id=hotel.pk).exists()
    return [(blocker.kind, blocker.room, blocker.guest_name) for blocker in refusal.value.blockers]


def test_due_out_that_has_not_left_stops_the_audit(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    kernel_db.execute(
        "UPDATE reservations_roomreservation SET arrival = arrival - 2, departure = %s WHERE id = %s", [TODAY, stay]
    )
    assert blocked(hotel) == [("due_out", "101", "王小明")]


def test_day_use_that_has_not_left_stops_the_audit_and_is_not_charged_a_night(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=0)
    arrive(hotel, stay, "101")
    assert blocked(hotel) == [("due_out", "101", "王小明")]


@pytest.mark.parametrize("how", ["none", "closed"])
def test_in_house_room_without_an_open_window_stops_the_audit(hotel: TestHotel, how: str) -> None:
    stay = reserve(hotel)
    account = arrive(hotel, stay, "101")
    if how == "none":
        kernel_db.execute("UPDATE reservations_roomreservation SET charge_account_id = NULL WHERE id = %s", [stay])
    else:
        kernel_db.execute("UPDATE billing_account SET is_open = false WHERE id = %s", [account])
    assert blocked(hotel) == [("no_account", "101", "王小明")]


def test_in_house_room_without_a_price_for_tonight_stops_the_audit(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    kernel_db.execute("DELETE FROM reservations_staynight WHERE room_reservation_id = %s AND night = %s", [stay, TODAY])
    assert blocked(hotel) == [("no_price", "101", "王小明")]


def test_in_house_room_without_window_and_price_stops_the_audit_for_both(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    kernel_db.execute("UPDATE reservations_roomreservation SET charge_account_id = NULL WHERE id = %s", [stay])
    kernel_db.execute("DELETE FROM reservations_staynight WHERE room_reservation_id = %s", [stay])
    assert blocked(hotel) == [("no_account", "101", "王小明"), ("no_price", "101", "王小明")]


def test_checked_out_bill_that_is_not_settled_stops_the_audit_until_it_is(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    account = arrive(hotel, stay, "101")
    ledger.charge(hotel_id=hotel.pk, account_id=account, charge_code="2040", amount=Decimal(58), now=NOW)
    leave(hotel, stay)
    assert [kind for kind, _room, _name in blocked(hotel)] == ["unsettled"]
    take_payment(
        hotel_id=hotel.pk,
        account_id=account,
        payment=PaymentInput(means="cash", amount=Decimal(58), in_advance=True),
        actor=SYSTEM,
        now=NOW,
    )
    assert close_day(hotel).figures.departures == 1


def test_blockers_beyond_fifty_are_counted(db: None) -> None:
    hotel = full_house(60)
    kernel_db.execute("UPDATE reservations_roomreservation SET departure = arrival WHERE hotel_id = %s", [hotel.pk])
    with pytest.raises(AuditBlocked) as refusal, transaction.atomic():
        close_day(hotel)
    assert (len(refusal.value.blockers), refusal.value.params) == (50, {"count": 60})


# ---------------------------------------------------------------- which day, when, who


def test_closed_day_is_not_audited_again(hotel: TestHotel) -> None:
    close_day(hotel)
    before = ledger_of(hotel)
    with pytest.raises(AuditDone):
        close_day(hotel)
    assert (ledger_of(hotel), business_date(hotel)) == (before, TOMORROW)


def test_days_are_not_skipped(hotel: TestHotel) -> None:
    with pytest.raises(NotTheOpenDay) as refusal:
        close_day(hotel, TOMORROW, now=NIGHT + timedelta(days=1))
    assert (refusal.value.params, business_date(hotel)) == ({"open": TODAY}, TODAY)


@pytest.mark.parametrize(
    ("zone", "now", "may"),
    [
        ("Asia/Shanghai", datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), False),
        ("Asia/Shanghai", datetime(2026, 11, 20, 16, 0, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 21, 5, 0, tzinfo=UTC), True),
        ("Pacific/Apia", datetime(2026, 11, 20, 11, 0, tzinfo=UTC), True),
    ],
)
def test_coming_day_is_not_closed_by_the_hotels_own_clocks(db: None, zone: str, now: datetime, may: bool) -> None:
    hotel = make_hotel(with_billing=True, timezone=zone, nights=2)
    if may:
        assert close_day(hotel, now=now).next_date == TOMORROW
    else:
        with pytest.raises(DayNotOver):
            close_day(hotel, now=now)
        assert business_date(hotel) == TODAY


def test_only_an_import_may_close_coming_days(hotel: TestHotel) -> None:
    early = NOW - timedelta(days=300)
    clerk = make_actor(hotel, {Permission.RUN_NIGHT_AUDIT})
    with pytest.raises(DayNotOver):
        run_night_audit(hotel_id=hotel.pk, business_date=TODAY, actor=clerk, now=early, coming_day=True)
    run_night_audit(hotel_id=hotel.pk, business_date=TODAY, actor=SYSTEM, now=early, coming_day=True)
    assert business_date(hotel) == TOMORROW


def test_missed_days_are_closed_one_by_one(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel, nights=5), "101")
    late = NIGHT + timedelta(days=3)
    for offset in range(3):
        close_day(hotel, TODAY + timedelta(days=offset), now=late)
    assert (business_date(hotel), balance(account)) == (TODAY + timedelta(days=3), Decimal("1200.00"))


def test_right_to_run_is_asked(hotel: TestHotel) -> None:
    colleague = make_actor(hotel, set(Permission) - {Permission.RUN_NIGHT_AUDIT})
    for actor, refusal in (
        (colleague, Forbidden),
        (STRANGER, NotFound),
        (make_actor(make_hotel(), set(Permission)), NotFound),
    ):
        with pytest.raises(refusal):
            run_night_audit(hotel_id=hotel.pk, business_date=TODAY, actor=actor, now=NIGHT)
    assert business_date(hotel) == TODAY


def test_another_hotel_is_not_touched(hotel: TestHotel) -> None:
    other = make_hotel(with_billing=True, nights=10)
    account = arrive(other, reserve(other), "101")
    arrive(hotel, reserve(hotel), "101")
    close_day(hotel)
    assert (business_date(other), balance(account), ledger_of(other)) == (TODAY, Decimal("0.00"), [])


# ---------------------------------------------------------------- cost and preview


def statements(rooms: int) -> int:
    hotel = full_house(rooms)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert close_day(hotel).posted == rooms
    return len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]])


def test_run_night_audit_takes_the_same_statements_for_one_and_for_three_hundred_rooms(db: None) -> None:
    assert (statements(1), statements(300)) == (34, 34)


def test_preview_says_what_the_audit_then_posts(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel), "101")
    arrive(hotel, reserve(hotel, rate_plan="bb", adults=1), "102")
    arrive(hotel, reserve(hotel, room_type="king"), "201")
    missing = reserve(hotel)
    found = preview(hotel=hotel.refreshed(), now=NIGHT)
    result = close_day(hotel)
    assert (found.rooms, found.net, found.tax) == (result.posted, result.room_revenue, result.room_tax)
    assert [(group.room_type, group.rooms) for group in found.planned] == [("std", 1), ("std", 1), ("king", 1)]
    assert ([row.room_reservation_id for row in found.expected], found.blockers, found.may_run) == ([missing], (), True)


@pytest.mark.parametrize("rooms", [1, 30])
def test_preview_takes_ten_statements(db: None, rooms: int, django_assert_num_queries: object) -> None:
    hotel = full_house(rooms).refreshed()
    with django_assert_num_queries(10):  # type: ignore[operator]
        assert preview(hotel=hotel, now=NIGHT).rooms == rooms


def test_a_company_above_its_limit_is_named_and_its_rooms_are_posted_all_the_same(hotel: TestHotel) -> None:
    who = company(hotel, limit="300")
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    folio = RoomReservation.objects.get(pk=stay).folio_id
    assert folio is not None
    rule = RuleInput(groups=["room"], organisation_id=who)
    account = RoomReservation.objects.get(pk=stay).charge_account_id
    add_routing_rule(hotel_id=hotel.pk, folio_id=folio, account_id=account, rule=rule, actor=SYSTEM, now=NOW)
    assert preview(hotel=hotel.ref, now=NIGHT).over_credit == ()
    assert close_day(hotel).posted == 1
    (warned,) = preview(hotel=replace(hotel.ref, business_date=TOMORROW), now=NIGHT).over_credit
    assert (warned.company.organisation_id, warned.company.over) == (who, Decimal("100.00"))
    assert [one.room for one in warned.stays] == ["101"]
