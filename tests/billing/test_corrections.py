from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from binzhi.billing import services
from binzhi.billing.errors import (
    AlreadyReversed,
    DepositTooSmall,
    FolioClosed,
    NothingSelected,
    NotReversible,
    NotTransferable,
    PartlyUsed,
    ReasonRequired,
    SameWindow,
    TransferTooLarge,
)
from binzhi.billing.queries import folio_view
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import NotFound
from binzhi.property import days
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.factories import NOW, SYSTEM, TODAY, make_hotel


def move(
    bill: Bill, *transactions: int, to: int, source: int | None = None, amount: str | None = None
) -> tuple[int, ...]:
    return services.transfer_charges(
        hotel_id=bill.hotel.pk, transaction_ids=transactions, source_id=source or bill.account_id, target_id=to,
        amount=Decimal(amount) if amount else None, actor=SYSTEM, now=NOW,
    ).transaction_ids  # fmt: skip


def balance_of(account_id: int) -> Decimal:
    found: Decimal = kernel_db.fetch_value("SELECT balance FROM billing_account WHERE id = %s", [account_id])
    return found


# ---------------------------------------------------------------- reversal


def test_reversal_mirrors_every_line_and_keeps_the_original(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    key = bill.reverse(charge)
    assert lines_of(key) == {account: -amount for account, amount in lines_of(charge).items()}
    assert (bill.balance, rows(bill.hotel)) == (Decimal("0.00"), 2)


def test_reversal_of_yesterday_is_posted_today(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    with transaction.atomic():
        today = days.roll(hotel_id=bill.hotel.pk, business_date=TODAY, now=NOW)
    key = bill.reverse(charge)
    dates = kernel_db.fetch_all(
        "SELECT id, business_date FROM billing_transaction WHERE hotel_id = %s", [bill.hotel.pk]
    )
    assert {row["id"]: row["business_date"] for row in dates} == {charge: TODAY, key: today}


def test_reversal_twice_is_refused(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    bill.reverse(charge)
    with pytest.raises(AlreadyReversed):
        bill.reverse(charge)
    assert (bill.balance, rows(bill.hotel)) == (Decimal("0.00"), 2)


def test_reversal_of_a_reversal_is_refused(bill: Bill) -> None:
    key = bill.reverse(bill.charge("628").transaction_id)
    with pytest.raises(NotReversible):
        bill.reverse(key)
    assert rows(bill.hotel) == 2


def test_reversal_without_a_reason_is_refused(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    with pytest.raises(ReasonRequired) as refusal:
        services.reverse_transaction(hotel_id=bill.hotel.pk, transaction_id=charge, reason="", actor=SYSTEM, now=NOW)
    assert (refusal.value.field, bill.balance) == ("reason", Decimal("628.00"))


def test_reversal_of_another_hotels_posting_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    charge = stranger.charge("100").transaction_id
    with pytest.raises(NotFound):
        bill.reverse(charge)
    assert stranger.balance == Decimal("100.00")


def test_reversal_of_a_partly_refunded_payment_is_refused(bill: Bill) -> None:
    payment = bill.pay("100")
    refund = bill.refund(payment, "40")
    with pytest.raises(PartlyUsed):
        bill.reverse(payment)
    bill.reverse(refund)
    bill.reverse(payment)
    assert bill.balance == Decimal("0.00")


def test_reversal_of_a_moved_charge_is_refused_until_it_is_back(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    (transfer,) = move(bill, charge, to=bill.window())
    with pytest.raises(PartlyUsed):
        bill.reverse(charge)
    bill.reverse(transfer)
    bill.reverse(charge)
    assert bill.balance == Decimal("0.00")
    assert_books_hold(bill.hotel)


def test_reversal_of_a_transfer_whose_charge_went_on_is_refused(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    second, third = bill.window(), bill.window("李涛")
    (transfer,) = move(bill, charge, to=second)
    move(bill, transfer, source=second, to=third)
    with pytest.raises(PartlyUsed):
        bill.reverse(transfer)
    assert (balance_of(bill.account_id), balance_of(second), balance_of(third)) == (0, 0, Decimal("628.00"))


def test_reversal_of_a_deposit_that_was_used_is_refused(bill: Bill) -> None:
    bill.charge("628")
    deposit = bill.hold("500")
    services.use_deposit(
        hotel_id=bill.hotel.pk,
        folio_id=bill.folio_id,
        account_id=bill.account_id,
        amount=Decimal(1),
        actor=SYSTEM,
        now=NOW,
    )
    with pytest.raises(DepositTooSmall), transaction.atomic():
        bill.reverse(deposit)
    assert (bill.deposit, rows(bill.hotel)) == (Decimal("499.00"), 3)


def test_reversal_on_a_closed_bill_is_refused(bill: Bill) -> None:
    charge = bill.charge("100").transaction_id
    bill.pay("100")
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    with pytest.raises(FolioClosed), transaction.atomic():
        bill.reverse(charge)
    assert (bill.balance, rows(bill.hotel)) == (Decimal("0.00"), 2)


# ---------------------------------------------------------------- transfer


def test_transfer_moves_charges_and_names_them(bill: Bill) -> None:
    first, second = bill.charge("628").transaction_id, bill.charge("76", code="3020").transaction_id
    bill.charge("58", code="2040")
    target = bill.window()
    moved = move(bill, first, second, to=target)
    origins = kernel_db.fetch_all(
        "SELECT origin_id FROM billing_transaction WHERE id = ANY(%s) ORDER BY id", [list(moved)]
    )
    assert [row["origin_id"] for row in origins] == [first, second]
    assert (balance_of(bill.account_id), balance_of(target)) == (Decimal("58.00"), Decimal("704.00"))


def test_transfer_of_a_part_leaves_the_rest(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    target = bill.window()
    move(bill, charge, to=target, amount="250")
    assert (balance_of(bill.account_id), balance_of(target)) == (Decimal("378.00"), Decimal("250.00"))
    with pytest.raises(TransferTooLarge) as refusal:
        move(bill, charge, to=target, amount="378.01")
    assert (refusal.value.params, balance_of(target)) == ({"amount": Decimal("378.00")}, Decimal("250.00"))


def test_transfer_to_another_bill_shows_on_both(bill: Bill) -> None:
    other = open_bill(bill.hotel)
    charge = bill.charge("628").transaction_id
    move(bill, charge, to=other.account_id)
    here = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number).windows[0].lines
    there = folio_view(hotel_id=bill.hotel.pk, number=other.opened.number).windows[0].lines
    assert [(line.kind, line.amount, line.far_folio) for line in here] == [
        ("charge", Decimal("628.00"), ""),
        ("transfer", Decimal("-628.00"), other.opened.number),
    ]
    assert [(line.kind, line.amount, line.far_folio, line.standing) for line in there] == [
        ("transfer", Decimal("628.00"), bill.opened.number, Decimal("628.00"))
    ]


def test_splitting_and_merging_a_bill_is_the_identity(bill: Bill) -> None:
    charges = [bill.charge(amount).transaction_id for amount in ("628", "0.01", "76.35", "118.99")]
    before = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    second, third = bill.window(), bill.window("李涛")
    there = move(bill, *charges[:3], to=second)
    on = move(bill, there[0], source=second, to=third, amount="100.01")
    move(bill, on[0], source=third, to=bill.account_id)
    move(bill, *there, source=second, to=bill.account_id)
    after = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    stands = {line.transaction_id: line.standing for line in after.windows[0].lines if line.kind == "charge"}
    assert stands == {line.transaction_id: line.standing for line in before.windows[0].lines}
    assert [window.balance for window in after.windows] == [before.balance, Decimal("0.00"), Decimal("0.00")]
    assert_books_hold(bill.hotel)


@pytest.mark.parametrize("what", ["payment", "reversed", "moved", "foreign", "unknown"])
def test_transfer_of_what_does_not_stand_here_is_refused(bill: Bill, what: str) -> None:
    target = bill.window()
    key = 999_999_999
    if what == "payment":
        key = bill.pay("10")
    elif what == "foreign":
        key = open_bill(bill.hotel).charge("10").transaction_id
    elif what != "unknown":
        key = bill.charge("10").transaction_id
        if what == "reversed":
            bill.reverse(key)
        else:
            move(bill, key, to=target)
    before = rows(bill.hotel)
    with pytest.raises(NotTransferable):
        move(bill, key, to=target)
    assert rows(bill.hotel) == before


def test_transfer_of_several_with_one_that_does_not_stand_moves_none(bill: Bill) -> None:
    target = bill.window()
    gone, there = bill.charge("10").transaction_id, bill.charge("20").transaction_id
    bill.reverse(gone)
    with pytest.raises(NotTransferable):
        move(bill, gone, there, to=target)
    assert (balance_of(bill.account_id), balance_of(target)) == (Decimal("20.00"), Decimal("0.00"))


def test_transfer_to_the_same_window_is_refused(bill: Bill) -> None:
    charge = bill.charge("10").transaction_id
    with pytest.raises(SameWindow):
        move(bill, charge, to=bill.account_id)
    assert rows(bill.hotel) == 1


def test_transfer_of_nothing_is_refused(bill: Bill) -> None:
    with pytest.raises(NothingSelected):
        move(bill, to=bill.window())


def test_transfer_to_another_hotels_bill_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    charge = bill.charge("10").transaction_id
    with pytest.raises(NotFound):
        move(bill, charge, to=stranger.account_id)
    assert (bill.balance, stranger.balance) == (Decimal("10.00"), Decimal("0.00"))


def test_transfer_to_revenue_is_not_found(bill: Bill) -> None:
    revenue = kernel_db.fetch_value(
        "SELECT min(id) FROM billing_account WHERE hotel_id = %s AND kind = 'revenue'", [bill.hotel.pk]
    )
    charge = bill.charge("10").transaction_id
    with pytest.raises(NotFound):
        move(bill, charge, to=revenue)
    assert bill.balance == Decimal("10.00")


def test_transfer_to_a_closed_bill_is_refused(bill: Bill) -> None:
    other = open_bill(bill.hotel)
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=other.folio_id, actor=SYSTEM, now=NOW)
    charge = bill.charge("10").transaction_id
    with pytest.raises(FolioClosed), transaction.atomic():
        move(bill, charge, to=other.account_id)
    assert (bill.balance, other.balance) == (Decimal("10.00"), Decimal("0.00"))
