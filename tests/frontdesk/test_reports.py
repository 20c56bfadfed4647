"""The night audit's pack: written with the audit, tied to the ledger, never changed, without names."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from binzhi.billing import ledger
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.services import reverse_transaction, take_deposit, take_payment
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.free_rooms import services as free_rooms
from binzhi.frontdesk.models import AuditReport, TrialLine
from binzhi.frontdesk.night_audit import services
from binzhi.frontdesk.reports import reading
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.printing import csv_rows, pack_pdf
from binzhi.frontdesk.reports.services import set_high_balance
from binzhi.frontdesk.reports.sheets import Report, report_of
from binzhi.frontdesk.reports.trial import Line, trial_of
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import STRANGER
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, close_day, leave, reserve

TOMORROW = TODAY + timedelta(days=1)
Money = Decimal


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=10, booking_horizon=9)


def pay(hotel: TestHotel, account: int, amount: str, means: str = "cash") -> int:
    paid = take_payment(
        hotel_id=hotel.pk, account_id=account, payment=PaymentInput(means=means, amount=Decimal(amount), in_advance=True),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    return paid.transaction_id


def folio_of(stay: int) -> int:
    found: int = kernel_db.fetch_value("SELECT folio_id FROM reservations_roomreservation WHERE id = %s", [stay])
    return found


def trial(hotel: TestHotel, day: Any = TODAY) -> dict[tuple[str, str], Line]:
    return {(line.kind, line.code): line for line in trial_of(hotel_id=hotel.pk, business_date=day)}


def data(hotel: TestHotel, kind: Kind, day: Any = TODAY) -> dict[str, Any]:
    found = reading.data_of(hotel_id=hotel.pk, business_date=day, kind=kind.value)
    assert found is not None
    return found


def report(hotel: TestHotel, kind: Kind, day: Any = TODAY) -> Report:
    with override("en"):
        found = report_of(hotel=hotel.refreshed(), business_date=day, kind=kind)
    assert found is not None
    return found


# ---------------------------------------------------------------- trial balance


def test_trial_balance_of_a_day_ties_to_the_ledger(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    account = arrive(hotel, stay, "101")
    pay(hotel, account, "300.00")
    take_deposit(
        hotel_id=hotel.pk, folio_id=folio_of(stay), deposit=DepositInput(means="wechat", amount=Decimal(500)),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    close_day(hotel)
    lines = trial(hotel)
    guests, deposits = lines["folio", ""], lines["deposit", ""]
    assert (guests.opening, guests.debit, guests.credit, guests.closing) == (0, 400, 300, 100)
    assert (deposits.debit, deposits.credit, deposits.closing, deposits.kept) == (0, 500, -500, -500)
    assert (guests.kept, guests.difference) == (100, 0)
    assert (lines["revenue", "1000"].credit, lines["tax", "0600"].credit) == (Decimal("377.36"), Decimal("22.64"))
    assert (lines["means", "cash"].debit, lines["means", "wechat"].debit) == (300, 500)
    assert sum(line.closing for line in lines.values()) == 0


def test_trial_balance_has_every_account_the_house_opens(hotel: TestHotel) -> None:
    """Cash over and short, the safe, bad debts: whatever kind of account, nothing is left out."""
    account = arrive(hotel, reserve(hotel), "101")
    pay(hotel, account, "300.00")
    short = kernel_db.fetch_value(
        "INSERT INTO billing_account (hotel_id, kind, code, name) VALUES (%s, 'house', 'over', '长短款') RETURNING id",
        [hotel.pk],
    )
    cash = kernel_db.fetch_value(
        "SELECT id FROM billing_account WHERE hotel_id = %s AND kind = 'means' AND code = 'cash'", [hotel.pk]
    )
    posting = ledger.Posting(kind="payment", lines=[(short, Decimal(12)), (cash, Decimal(-12))])
    ledger.post(hotel_id=hotel.pk, posting=posting, user_id=None, now=NOW)
    close_day(hotel)
    lines = trial(hotel)
    assert (lines["house", "over"].closing, lines["means", "cash"].closing) == (12, 288)
    assert sum(line.closing for line in lines.values()) == 0
    told = [row[:2] for row in report(hotel, Kind.TRIAL).sheets[0].rows]
    assert ("The house's own", "over 长短款") in told


def test_trial_balance_begins_where_the_day_before_ended(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel, nights=3), "101")
    close_day(hotel)
    pay(hotel, account, "250.00", "card")
    close_day(hotel, TOMORROW)
    first, second = trial(hotel), trial(hotel, TOMORROW)
    assert {key: line.opening for key, line in second.items()} == {key: line.closing for key, line in first.items()}
    assert (second["folio", ""].opening, second["folio", ""].closing) == (400, 550)
    assert second["means", "card"].closing == 250


def test_trial_balance_of_a_hotel_that_had_none_begins_with_everything_before(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = arrive(hotel, reserve(hotel, nights=3), "101")
    with monkeypatch.context() as before:
        before.setattr(services, "write_reports", lambda **_day: None)
        close_day(hotel)
    pay(hotel, account, "100.00")
    close_day(hotel, TOMORROW)
    lines = trial(hotel, TOMORROW)
    assert (lines["folio", ""].opening, lines["folio", ""].closing, lines["folio", ""].kept) == (400, 700, 700)
    assert lines["revenue", "1000"].opening == Decimal("-377.36")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"debit": Decimal(1)}, "trial_line_adds_up"),
        ({"debit": Decimal(1), "closing": Decimal(1)}, "trial_adds_up"),
        ({"opening": Decimal(5), "closing": Decimal(5)}, "trial_adds_up"),
    ],
)
def test_trial_balance_that_does_not_add_up_is_refused_by_the_database(
    hotel: TestHotel, change: dict[str, Decimal], rule: str
) -> None:
    nothing = {name: Decimal(0) for name in ("opening", "debit", "credit", "closing")}
    with pytest.raises(IntegrityError, match=rule if rule == "trial_line_adds_up" else "add up"), transaction.atomic():
        TrialLine.objects.create(hotel_id=hotel.pk, business_date=TODAY, kind="folio", **nothing | change)
    assert not TrialLine.objects.filter(hotel_id=hotel.pk).exists()


def test_trial_balance_that_leaves_an_account_out_is_refused_by_the_database(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel), "101")
    close_day(hotel)
    nothing = {name: Decimal(0) for name in ("opening", "debit", "credit", "closing")}
    with pytest.raises(IntegrityError, match="where the day before ended"), transaction.atomic():
        TrialLine.objects.create(hotel_id=hotel.pk, business_date=TOMORROW, kind="folio", **nothing)


def test_reports_of_a_closed_day_are_never_changed(hotel: TestHotel) -> None:
    close_day(hotel)
    for rows in (
        AuditReport.objects.filter(hotel_id=hotel.pk), TrialLine.objects.filter(hotel_id=hotel.pk)
    ):  # fmt: skip
        with pytest.raises(Exception, match="insert-only"), transaction.atomic():
            rows.delete()
    assert AuditReport.objects.filter(hotel_id=hotel.pk).count() == 6


# ---------------------------------------------------------------- the reports


def test_room_charges_come_to_the_room_revenue_of_the_day(hotel: TestHotel) -> None:
    account = arrive(hotel, reserve(hotel), "101")
    arrive(hotel, reserve(hotel, adults=1), "102")
    close_day(hotel)
    charge = kernel_db.fetch_value(
        "SELECT t.id FROM billing_transaction t JOIN billing_line l ON l.transaction_id = t.id"
        " WHERE t.hotel_id = %s AND l.account_id = %s AND t.kind = 'charge'",
        [hotel.pk, account],
    )
    reverse_transaction(hotel_id=hotel.pk, transaction_id=charge, reason="记错", actor=SYSTEM, now=NIGHT)
    ledger.charge(hotel_id=hotel.pk, account_id=account, charge_code="1010", amount=Decimal("106.00"), now=NIGHT)
    figures = close_day(hotel, TOMORROW).figures
    first, second = data(hotel, Kind.ROOMS), data(hotel, Kind.ROOMS, TOMORROW)
    assert [(row[1], row[5], row[6]) for row in first["rows"]] == [
        ("101", Decimal("377.36"), Decimal("22.64")), ("102", Decimal("358.49"), Decimal("21.51"))
    ]  # fmt: skip
    assert first["others"] == []
    assert [(row[0], row[1], row[2], row[3]) for row in second["others"]] == [
        ("1000", "reversal", 1, Decimal("-377.36")), ("1010", "charge", 1, Decimal("100.00"))
    ]  # fmt: skip
    told = sum(row[5] for row in second["rows"]) + sum(row[3] for row in second["others"])
    assert told == figures.room_revenue == Decimal("458.49")


def test_high_balances_are_what_is_owed_beyond_the_deposit(hotel: TestHotel) -> None:
    owing, covered = reserve(hotel, nights=3), reserve(hotel, nights=3)
    arrive(hotel, owing, "101")
    arrive(hotel, covered, "102")
    take_deposit(
        hotel_id=hotel.pk, folio_id=folio_of(covered), deposit=DepositInput(means="cash", amount=Decimal(150)),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    set_high_balance(hotel_id=hotel.pk, amount=Decimal(300), actor=SYSTEM, now=NOW)
    close_day(hotel)
    found = data(hotel, Kind.BALANCES)
    assert (found["limit"], [(row[0], row[1], row[3]) for row in found["rows"]]) == (300, [(owing, "101", 400)])
    set_high_balance(hotel_id=hotel.pk, amount=Decimal(900), actor=SYSTEM, now=NIGHT)
    close_day(hotel, TOMORROW)
    assert data(hotel, Kind.BALANCES, TOMORROW)["rows"] == []
    assert data(hotel, Kind.BALANCES)["rows"] != []


def test_no_shows_are_told_with_their_fees(hotel: TestHotel) -> None:
    missing = reserve(hotel, booker_name="王没来")
    figures = close_day(hotel).figures
    (row,) = data(hotel, Kind.NO_SHOWS)["rows"]
    assert (row[0], row[2], row[5], row[6], row[7]) == (missing, "std", "none", 400, 400)
    assert (figures.no_shows, figures.no_show_revenue) == (1, 400)
    assert report(hotel, Kind.NO_SHOWS).sheets[0].rows[0][1] == "王没来"


def test_rate_variance_tells_the_agreed_price_from_the_plans(hotel: TestHotel) -> None:
    cheap, plain, single = reserve(hotel), reserve(hotel), reserve(hotel, adults=1)
    for stay, room in ((cheap, "101"), (plain, "102"), (single, "103")):
        arrive(hotel, stay, room)
    kernel_db.execute("UPDATE reservations_staynight SET price = 333 WHERE room_reservation_id = %s", [cheap])
    close_day(hotel)
    (row,) = data(hotel, Kind.VARIANCE)["rows"]
    assert (row[0], row[1], row[3], row[4]) == (cheap, "101", 400, 333)
    assert report(hotel, Kind.VARIANCE).sheets[0].rows[0][5] == Decimal("-67.00")


def test_free_rooms_are_told_apart_and_left_out_of_the_average_rate(hotel: TestHotel) -> None:
    free, own, paid, silent = (reserve(hotel) for _stay in range(4))
    for stay, room in ((free, "101"), (own, "102"), (paid, "103"), (silent, "104")):
        arrive(hotel, stay, room)
    for stay, kind in ((free, "comp"), (own, "house")):
        asked = free_rooms.ask_free_room(
            hotel_id=hotel.pk, room_reservation_id=stay, kind=kind, reason="总经理招待", actor=SYSTEM, now=NOW
        )
        free_rooms.decide_free_room(hotel_id=hotel.pk, free_room_id=asked, approve=True, actor=SYSTEM, now=NOW)
    kernel_db.execute("UPDATE reservations_staynight SET price = 0 WHERE room_reservation_id = %s", [silent])
    figures = close_day(hotel).figures
    assert (figures.sold, figures.comp, figures.house_use, figures.paid) == (4, 1, 1, 2)
    assert (figures.room_revenue, figures.average_rate) == (Decimal("377.36"), Decimal("377.36") / 2)
    rows = data(hotel, Kind.FREE)["rows"]
    assert [(row[0], row[2], row[4]) for row in rows] == [(free, "comp", 400), (own, "house", 400), (silent, "", 400)]
    sheet = report(hotel, Kind.FREE).sheets[0]
    assert (sheet.rows[0][3], sheet.marked) == ("总经理招待", frozenset({2}))
    assert [row[0] for row in data(hotel, Kind.VARIANCE)["rows"]] == [silent]


def test_daily_report_sums_day_month_and_year_and_knows_no_year_before(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, nights=3), "101")
    close_day(hotel)
    close_day(hotel, TOMORROW)
    figures = report(hotel, Kind.MANAGER, TOMORROW).sheets[0]
    by_name = {row[0]: row[1:] for row in figures.rows}
    assert by_name["Rooms slept in"] == (1, 2, 2, None, None, None)
    assert by_name["Room revenue"][:3] == (Decimal("377.36"), Decimal("754.72"), Decimal("754.72"))
    assert by_name["Occupancy %"][:2] == (Decimal("12.5"), Decimal("12.5"))
    assert by_name["Average rate (ADR)"][:2] == (Decimal("377.36"), Decimal("377.36"))
    assert by_name["RevPAR"][0] == Decimal("47.17")
    revenue = report(hotel, Kind.MANAGER, TOMORROW).sheets[1]
    assert revenue.rows == [("1000 Room", Decimal("377.36"), Decimal("754.72"), Decimal("754.72"))]


def test_day_use_is_told_apart_from_nights(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=0)
    account = arrive(hotel, stay, "101")
    ledger.charge(hotel_id=hotel.pk, account_id=account, charge_code="1030", amount=Decimal("212.00"), now=NOW)
    pay(hotel, account, "212.00")
    leave(hotel, stay)
    figures = close_day(hotel).figures
    assert (figures.sold, figures.day_uses, figures.day_use_revenue) == (0, 1, Decimal("200.00"))
    assert (figures.average_rate, figures.revenue_per_room) == (0, 0)


# ---------------------------------------------------------------- who, and on what


def test_reports_hold_no_names(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, booker_name="欧阳不在"), "101")
    reserve(hotel, booker_name="欧阳不在")
    close_day(hotel)
    kept = kernel_db.fetch_value(
        "SELECT string_agg(data::text, '') FROM frontdesk_auditreport WHERE hotel_id = %s", [hotel.pk]
    )
    assert "欧阳" not in kept
    assert report(hotel, Kind.ROOMS).sheets[0].rows[0][1] == "欧阳不在"


def test_every_report_is_a_file_and_a_paper(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel), "101")
    reserve(hotel)
    close_day(hotel)
    found = [report(hotel, kind) for kind in Kind]
    made = pack_pdf(hotel=hotel.refreshed(), business_date=TODAY, reports=found, now=NIGHT)
    assert made.startswith(b"%PDF")
    lines = [list(row) for row in csv_rows(found[2])]
    assert lines[1][0] == "Room"
    assert lines[2][5:] == [Decimal("377.36"), Decimal("22.64"), Decimal("400.00")]


def test_set_high_balance_needs_its_right_and_a_sum(hotel: TestHotel) -> None:
    given: dict[str, Any] = {"hotel_id": hotel.pk, "now": NOW}
    with pytest.raises(Forbidden):
        set_high_balance(amount=Decimal(1), actor=make_actor(hotel, [Permission.VIEW_REPORTS]), **given)
    with pytest.raises(NotFound):
        set_high_balance(amount=Decimal(1), actor=STRANGER, **given)
    for amount in ("-1", "NaN", "0.001", "1e20"):
        with pytest.raises(InvalidInput):
            set_high_balance(amount=Decimal(amount), actor=SYSTEM, **given)
    assert kernel_db.fetch_value("SELECT count(*) FROM frontdesk_auditsetting WHERE hotel_id = %s", [hotel.pk]) == 0
