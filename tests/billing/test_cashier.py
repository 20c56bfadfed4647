"""Cashier shifts: one at a till, one each; every payment in a shift; counted blind; handed over by signature."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.cashier import services, settings
from binzhi.billing.cashier.counting import CountInput
from binzhi.billing.cashier.drawers import with_drawer
from binzhi.billing.cashier.queries import shift_of, shift_report, shifts, tills
from binzhi.billing.cashier_errors import (
    CountMissing,
    CountWrong,
    DropTooLarge,
    FaceUnknown,
    NoOpenShift,
    ShiftClosed,
    ShiftOpenAlready,
    SuccessorBusy,
    SuccessorCannot,
    TillInUse,
    TillTaken,
)
from binzhi.billing.counter import services as counter
from binzhi.billing.counter import settings as counter_settings
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.folio_errors import NumberTaken
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.queries import folio_list
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.people.queries import actor_for_user
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel
from tests.reservations.desk import make_user

RIGHTS = [
    Permission.TAKE_PAYMENT, Permission.TAKE_DEPOSIT, Permission.REFUND_DEPOSIT, Permission.REFUND_PAYMENT,
    Permission.PAY_OUT, Permission.REVERSE, Permission.POST_CHARGE,
]  # fmt: skip


def cashier(hotel: TestHotel, *more: Permission) -> Actor:
    actor, _hotels = actor_for_user(make_user(hotel, [*RIGHTS, *more]))
    return actor


def till(hotel: TestHotel, code: str = "A") -> int:
    return settings.save_till(
        hotel_id=hotel.pk, till_id=None, code=code, name="前台", is_active=True, actor=SYSTEM, now=NOW
    )


def strict(hotel: TestHotel) -> None:
    settings.require_shifts(hotel_id=hotel.pk, must_be_open=True, actor=SYSTEM, now=NOW)


def begin(hotel: TestHotel, till_id: int, actor: Actor, cash: str = "500") -> int:
    return services.open_shift(hotel_id=hotel.pk, till_id=till_id, opening_float=Decimal(cash), actor=actor, now=NOW)


def pay(bill: Bill, actor: Actor, amount: str, means: str = "cash") -> int:
    payment = PaymentInput(means=means, amount=Decimal(amount), in_advance=True)
    return billing.take_payment(
        hotel_id=bill.hotel.pk, account_id=bill.account_id, payment=payment, actor=actor, now=NOW
    ).transaction_id


def count(**totals: str) -> CountInput:
    return CountInput(totals={code.replace("__", ":"): Decimal(amount) for code, amount in totals.items()})


def close(hotel: TestHotel, shift_id: int, actor: Actor, counted: CountInput, **more: Any) -> services.Closed:
    return services.close_shift(hotel_id=hotel.pk, shift_id=shift_id, count=counted, actor=actor, now=NOW, **more)


def shift_of_posting(transaction_id: int) -> int | None:
    found: int | None = kernel_db.fetch_value(
        "SELECT shift_id FROM billing_transaction WHERE id = %s", [transaction_id]
    )
    return found


# ---------------------------------------------------------------- money belongs to a shift


def test_without_the_setting_money_is_taken_without_a_shift(bill: Bill) -> None:
    assert shift_of_posting(pay(bill, cashier(bill.hotel), "10")) is None


def test_with_a_shift_every_kind_of_money_belongs_to_it(bill: Bill) -> None:
    actor = cashier(bill.hotel, Permission.APPROVE)
    shift = begin(bill.hotel, till(bill.hotel), actor)
    of: dict[str, Any] = {"hotel_id": bill.hotel.pk, "actor": actor, "now": NOW}
    payment = pay(bill, actor, "100")
    keys = [
        payment,
        billing.refund_payment(payment_id=payment, amount=Decimal(20), reason="多收", **of).transaction_id,
        billing.take_deposit(
            folio_id=bill.folio_id, deposit=DepositInput(means="card", amount=Decimal(50)), **of
        ).transaction_id,
        billing.refund_deposit(
            folio_id=bill.folio_id, deposit=DepositInput(means="card", amount=Decimal(10)), **of
        ).transaction_id,
    ]
    out = counter.pay_out(account_id=bill.account_id, amount=Decimal(5), means="cash", reason="药", **of)
    assert {shift_of_posting(key) for key in keys} == {shift}
    assert shift_of_posting(out.transaction_id) == shift  # type: ignore[union-attr]  # within authority
    # A charge is no money of the drawer, and a colleague's money is not this shift's.
    assert shift_of_posting(bill.charge("10").transaction_id) is None
    assert shift_of_posting(pay(bill, cashier(bill.hotel), "3")) is None


def test_when_shifts_are_required_money_without_one_is_refused_whichever_way(bill: Bill) -> None:
    actor = cashier(bill.hotel)
    payment = pay(bill, actor, "100")
    strict(bill.hotel)
    before = rows(bill.hotel)
    of: dict[str, Any] = {"hotel_id": bill.hotel.pk, "actor": actor, "now": NOW}
    with pytest.raises(NoOpenShift):
        pay(bill, actor, "10")
    with pytest.raises(NoOpenShift):
        billing.take_deposit(folio_id=bill.folio_id, deposit=DepositInput(means="card", amount=Decimal(5)), **of)
    with pytest.raises(NoOpenShift):
        billing.refund_payment(payment_id=payment, amount=Decimal(20), reason="多收", **of)
    with pytest.raises(NoOpenShift):
        billing.reverse_transaction(transaction_id=payment, reason="错", **of)
    assert (rows(bill.hotel), bill.balance) == (before, Decimal(-100))
    # The system (imports, jobs) has no drawer.
    bill.pay("10")
    begin(bill.hotel, till(bill.hotel), actor)
    pay(bill, actor, "10")
    assert bill.balance == Decimal(-120)


def test_the_database_itself_refuses_a_posting_past_the_services(bill: Bill) -> None:
    strict(bill.hotel)
    with pytest.raises(IntegrityError, match="no shift is open"), transaction.atomic():
        kernel_db.execute(
            "INSERT INTO billing_transaction (hotel_id, business_date, kind, means_id, description, user_id, posted_at)"
            " SELECT %s, business_date, 'payment', (SELECT min(id) FROM billing_paymentmeans WHERE hotel_id = %s), '',"
            " 1, now() FROM property_hotel WHERE id = %s",
            [bill.hotel.pk] * 3,
        )


def test_a_bank_that_answers_after_the_shift_is_booked_in_none(bill: Bill) -> None:
    actor = cashier(bill.hotel)
    asked: dict[str, Any] = {"hotel_id": bill.hotel.pk, "user_id": actor.user_id}
    assert with_drawer(**asked) == actor.user_id
    strict(bill.hotel)
    assert with_drawer(**asked) is None
    shift = begin(bill.hotel, till(bill.hotel), actor)
    assert with_drawer(**asked) == actor.user_id
    close(bill.hotel, shift, actor, count(cash="500"))
    assert (with_drawer(**asked), with_drawer(hotel_id=bill.hotel.pk, user_id=None)) == (None, None)


# ---------------------------------------------------------------- opening


def test_open_shift_at_a_taken_or_unknown_till_or_twice_is_refused(hotel: TestHotel) -> None:
    one, other, first = cashier(hotel), cashier(hotel), till(hotel)
    second = till(hotel, "B")
    shift = begin(hotel, first, one)
    for refusal, call in (
        (TillTaken, lambda: begin(hotel, first, other)),
        (ShiftOpenAlready, lambda: begin(hotel, second, one)),
        (NotFound, lambda: begin(hotel, 2**40, other)),
        (InvalidInput, lambda: begin(hotel, second, other, "-1")),
        (InvalidInput, lambda: begin(hotel, second, other, "1.001")),
        (Forbidden, lambda: begin(hotel, second, SYSTEM)),
    ):
        with pytest.raises(refusal), transaction.atomic():
            call()
    assert [row.pk for row in shifts(hotel_id=hotel.pk).rows] == [shift]


def test_a_till_in_use_is_not_put_away_and_codes_are_told_apart(hotel: TestHotel) -> None:
    first = till(hotel)
    begin(hotel, first, cashier(hotel))
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW, "name": "前台"}
    with pytest.raises(TillInUse), transaction.atomic():
        settings.save_till(till_id=first, code="A", is_active=False, **what)
    with pytest.raises(NumberTaken):
        settings.save_till(till_id=None, code="a", is_active=True, **what)
    with pytest.raises(NotFound):
        settings.save_till(till_id=2**40, code="Z", is_active=True, **what)
    assert [(row.code, row.is_active) for row in tills(hotel_id=hotel.pk)] == [("A", True)]


@pytest.mark.django_db(transaction=True)
def test_open_shift_two_at_one_till_at_once_one_gets_it(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    drawer, people = till(hotel), [cashier(hotel) for _ in range(4)]
    calls = [lambda who=who: begin(hotel, drawer, who) for who in people]
    assert run_all(calls) == {"ok": 1, "TillTaken": 3}
    assert len(shifts(hotel_id=hotel.pk).rows) == 1


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_rule_of_the_database_two_get_the_till(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    drawer, people = till(hotel), [cashier(hotel) for _ in range(2)]
    kernel_db.execute("DROP INDEX one_shift_per_till")
    try:
        assert run_all([lambda who=who: begin(hotel, drawer, who) for who in people]) == {"ok": 2}
    finally:
        connection.set_autocommit(True)
        kernel_db.execute("UPDATE billing_cashiershift SET closed_at = now(), left_in_drawer = 0")
        kernel_db.execute(
            "CREATE UNIQUE INDEX one_shift_per_till ON billing_cashiershift (till_id) WHERE closed_at IS NULL"
        )


# ---------------------------------------------------------------- closing


def test_close_shift_counts_by_means_and_posts_what_differs(bill: Bill) -> None:
    hotel, actor = bill.hotel, cashier(bill.hotel)
    shift = begin(hotel, till(hotel), actor)
    pay(bill, actor, "300")
    pay(bill, actor, "120", "card")
    services.drop_cash(hotel_id=hotel.pk, amount=Decimal(200), actor=actor, now=NOW)
    counted = CountInput(
        pieces={Decimal(100): 5, Decimal(50): 1, Decimal(20): 2, Decimal("0.5"): 1}, totals={"card": Decimal(120)}
    )
    assert close(hotel, shift, actor, counted).differs
    report = shift_report(hotel_id=hotel.pk, shift_id=shift)
    assert [
        (line.code, line.taken, line.given, line.dropped, line.expected, line.counted, line.difference)
        for line in report.means
    ] == [
        ("card", Decimal(120), Decimal(0), Decimal(0), Decimal(120), Decimal(120), Decimal(0)),
        ("cash", Decimal(300), Decimal(0), Decimal(200), Decimal(600), Decimal("590.50"), Decimal("-9.50")),
    ]
    assert report.shift.difference == Decimal("-9.50")
    assert report.shift.left == Decimal("590.50")
    posted = kernel_db.fetch_value("SELECT transaction_id FROM billing_shiftcount WHERE difference <> 0")
    assert lines_of(posted) == {("means", "cash"): Decimal("-9.50"), ("house", "over_short"): Decimal("9.50")}
    assert dict(report.pieces)[Decimal(100)] == 5
    assert_books_hold(hotel)


def test_close_shift_of_company_account_and_foreign_cash(bill: Bill) -> None:
    hotel, actor = bill.hotel, cashier(bill.hotel)
    counter_settings.set_currency_rate(hotel_id=hotel.pk, currency="USD", rate=Decimal("7.1"), actor=SYSTEM, now=NOW)
    shift = begin(hotel, till(hotel), actor)
    bill.charge("100")
    given = ForeignInput(currency="USD", foreign_amount=Decimal(20))
    counter.take_foreign_cash(hotel_id=hotel.pk, account_id=bill.account_id, given=given, actor=actor, now=NOW)
    # 142 for 20 dollars, 42 given back out of the drawer.
    with pytest.raises(CountMissing) as missing, transaction.atomic():
        close(hotel, shift, actor, count(cash="458"))
    assert missing.value.field == "cash:USD"
    close(hotel, shift, actor, count(cash="458", cash__USD="19"))
    report = {line.code: line for line in shift_report(hotel_id=hotel.pk, shift_id=shift).means}
    assert (report["cash"].expected, report["cash"].difference) == (Decimal(458), Decimal(0))
    usd = report["cash:USD"]
    assert (usd.expected, usd.counted, usd.difference) == (Decimal(20), Decimal(19), Decimal(-1))
    assert shifts(hotel_id=hotel.pk).rows[0].difference == Decimal("-7.10")
    assert_books_hold(hotel)


@pytest.mark.parametrize(
    ("counted", "refusal"),
    [
        (CountInput(), CountMissing),
        (count(cash="-1"), CountWrong),
        (count(cash="1.234"), CountWrong),
        (CountInput(totals={"cash": Decimal("NaN")}), CountWrong),
        (CountInput(pieces={Decimal(3): 1}), FaceUnknown),
        (CountInput(pieces={Decimal(100): -1}), CountWrong),
    ],
)
def test_close_shift_with_a_count_that_is_none_is_refused(
    hotel: TestHotel, counted: CountInput, refusal: type[Exception]
) -> None:
    actor = cashier(hotel)
    shift = begin(hotel, till(hotel), actor)
    with pytest.raises(refusal), transaction.atomic():
        close(hotel, shift, actor, counted)
    mine = shift_of(hotel_id=hotel.pk, user_id=actor.user_id)
    assert (mine and mine.pk, rows(hotel)) == (shift, 0)


def test_close_shift_of_a_colleague_asks_for_the_right_and_closed_stays_closed(hotel: TestHotel) -> None:
    actor, boss = cashier(hotel), cashier(hotel, Permission.SUPERVISE_SHIFTS)
    shift = begin(hotel, till(hotel), actor)
    with pytest.raises(Forbidden), transaction.atomic():
        close(hotel, shift, cashier(hotel), count(cash="500"))
    with pytest.raises(NotFound), transaction.atomic():
        close(hotel, 2**40, boss, count(cash="500"))
    assert not close(hotel, shift, boss, count(cash="500")).differs
    with pytest.raises(ShiftClosed), transaction.atomic():
        close(hotel, shift, actor, count(cash="500"))
    for statement in ("UPDATE billing_cashiershift SET note = 'x'", "DELETE FROM billing_cashiershift"):
        with pytest.raises(DatabaseError, match="closed shift"), transaction.atomic():
            kernel_db.execute(statement)


def test_hand_over_begins_with_what_was_counted(bill: Bill) -> None:
    hotel, first, second = bill.hotel, cashier(bill.hotel), cashier(bill.hotel)
    strict(hotel)
    shift = begin(hotel, till(hotel), first)
    pay(bill, first, "80")
    done = close(hotel, shift, first, count(cash="579"), successor=second)
    mine = shift_of(hotel_id=hotel.pk, user_id=second.user_id)
    assert mine is not None
    assert (mine.pk, mine.opening_float, mine.taken_over_from) == (done.next_shift_id, Decimal(579), shift)
    assert shift_of_posting(pay(bill, second, "1")) == mine.pk
    with pytest.raises(NoOpenShift), transaction.atomic():
        pay(bill, first, "1")


def test_hand_over_to_oneself_a_stranger_or_somebody_busy_is_refused(hotel: TestHotel) -> None:
    actor, busy = cashier(hotel), cashier(hotel)
    shift = begin(hotel, till(hotel), actor)
    begin(hotel, till(hotel, "B"), busy)
    other, _hotels = actor_for_user(make_user(hotel, [Permission.VIEW]))
    for successor, refusal in ((actor, SuccessorCannot), (other, SuccessorCannot), (busy, SuccessorBusy)):
        with pytest.raises(refusal), transaction.atomic():
            close(hotel, shift, actor, count(cash="500"), successor=successor)
    assert shift_of(hotel_id=hotel.pk, user_id=actor.user_id) is not None


def test_drop_of_more_than_there_is_or_without_a_shift_is_refused(hotel: TestHotel) -> None:
    actor = cashier(hotel)
    with pytest.raises(NoOpenShift):
        services.drop_cash(hotel_id=hotel.pk, amount=Decimal(1), actor=actor, now=NOW)
    begin(hotel, till(hotel), actor)
    with pytest.raises(DropTooLarge), transaction.atomic():
        services.drop_cash(hotel_id=hotel.pk, amount=Decimal("500.01"), actor=actor, now=NOW)
    assert rows(hotel) == 0
    done = services.drop_cash(hotel_id=hotel.pk, amount=Decimal(500), actor=actor, now=NOW)
    assert lines_of(done.transaction_id) == {("means", "cash"): Decimal(-500), ("house", "safe"): Decimal(500)}


@pytest.mark.django_db(transaction=True)
def test_closing_and_paying_at_once_no_payment_falls_between(transactional_db: None) -> None:
    """What was taken is either in the count's expectation or was refused: never in a closed shift uncounted."""
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    strict(hotel)
    actor, bill = cashier(hotel), open_bill(hotel)
    shift = begin(hotel, till(hotel), actor)
    calls = [lambda: pay(bill, actor, "10")] * 8
    outcomes = run_all([*calls, lambda: close(hotel, shift, actor, count(cash="500"))])
    assert set(outcomes) <= {"ok", "NoOpenShift"}
    taken = Decimal(10) * (outcomes["ok"] - 1)
    report = shift_report(hotel_id=hotel.pk, shift_id=shift)
    assert [line.expected for line in report.means] == [500 + taken]
    assert bill.balance == -taken


@pytest.mark.parametrize("number", [1, 12])
def test_reports_and_lists_cost_the_same_statements(bill: Bill, number: int) -> None:
    actor = cashier(bill.hotel)
    shift = begin(bill.hotel, till(bill.hotel), actor)
    for _ in range(number):
        pay(bill, actor, "10")
    with CaptureQueriesContext(connection) as captured:
        report = shift_report(hotel_id=bill.hotel.pk, shift_id=shift)
        shifts(hotel_id=bill.hotel.pk)
    assert (len(report.passed), len(captured)) == (number, 6)
    assert folio_list(hotel_id=bill.hotel.pk).total == 1
