from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from binzhi.billing import ledger, services
from binzhi.billing.errors import (
    AlreadyPosted,
    AmountNotPositive,
    AmountTooFine,
    AmountTooLarge,
    CurrencyMismatch,
    FolioClosed,
    QuantityNotPositive,
    UnknownChargeCode,
)
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.factories import NOW, SYSTEM, make_hotel


def test_charge_with_prices_that_include_tax_splits_the_price(bill: Bill) -> None:
    charged = bill.charge("628", code="1000")
    assert (charged.gross, charged.net, charged.tax) == (Decimal("628.00"), Decimal("592.45"), Decimal("35.55"))
    assert lines_of(charged.transaction_id) == {
        ("folio", ""): Decimal("628.00"),
        ("revenue", "1000"): Decimal("-592.45"),
        ("tax", "0600"): Decimal("-35.55"),
    }


def test_charge_with_prices_before_tax_puts_it_on_top(bill: Bill) -> None:
    kernel_db.execute("UPDATE property_hotel SET prices_include_tax = false WHERE id = %s", [bill.hotel.pk])
    charged = bill.charge("19.99", code="2040", quantity=3)
    assert (charged.gross, charged.net, charged.tax) == (Decimal("67.77"), Decimal("59.97"), Decimal("7.80"))
    assert bill.balance == Decimal("67.77")


@pytest.mark.parametrize(
    ("amount", "net"),
    [
        ("0.01", "0.01"),
        ("0.08", "0.08"),
        ("0.09", "0.08"),
        ("0.53", "0.50"),
        ("106.00", "100.00"),
        ("9999999999.99", "9433962264.14"),
    ],
)
def test_charge_rounds_tax_half_up(bill: Bill, amount: str, net: str) -> None:
    charged = bill.charge(amount)
    assert (charged.gross, charged.net, charged.net + charged.tax) == (Decimal(amount), Decimal(net), Decimal(amount))


def test_charge_without_tax_writes_no_tax_line(bill: Bill) -> None:
    charged = bill.charge("300", code="8020")
    assert lines_of(charged.transaction_id) == {
        ("folio", ""): Decimal("300.00"),
        ("revenue", "8020"): Decimal("-300.00"),
    }


def test_charge_of_a_currency_without_cents_rounds_to_whole_units(bill: Bill) -> None:
    kernel_db.execute("UPDATE property_hotel SET currency = 'JPY' WHERE id = %s", [bill.hotel.pk])
    charged = bill.charge("1000")
    assert (charged.gross, charged.net, charged.tax) == (Decimal(1000), Decimal(943), Decimal(57))
    with pytest.raises(AmountTooFine):
        bill.charge("0.5")


@pytest.mark.parametrize(
    ("amount", "quantity", "refusal", "field"),
    [
        ("0", 1, AmountNotPositive, "amount"),
        ("-0", 1, AmountNotPositive, "amount"),
        ("-5", 1, AmountNotPositive, "amount"),
        ("NaN", 1, AmountNotPositive, "amount"),
        ("sNaN", 1, AmountNotPositive, "amount"),
        ("Infinity", 1, AmountTooLarge, "amount"),
        ("1e309", 1, AmountTooLarge, "amount"),
        ("10000000000", 1, AmountTooLarge, "amount"),
        ("9999999999.99", 2, AmountTooLarge, "amount"),
        ("0.005", 1, AmountTooFine, "amount"),
        ("1e-30", 1, AmountTooFine, "amount"),
        ("10", 0, QuantityNotPositive, "quantity"),
        ("10", -1, QuantityNotPositive, "quantity"),
        ("10", 10000, QuantityNotPositive, "quantity"),
    ],
)
def test_charge_of_an_impossible_amount_is_refused_at_its_field(
    bill: Bill, amount: str, quantity: int, refusal: type[InvalidInput], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        bill.charge(amount, quantity=quantity)
    assert (caught.value.field, caught.value.status, rows(bill.hotel)) == (field, 422, 0)


def test_charges_that_overflow_a_balance_are_refused(bill: Bill) -> None:
    for _ in range(100):
        bill.charge("9999999999.99")
    with pytest.raises(AmountTooLarge), transaction.atomic():
        bill.charge("9999999999.99")
    assert (rows(bill.hotel), bill.balance) == (100, Decimal("999999999999.00"))
    assert_books_hold(bill.hotel)


@pytest.mark.parametrize("code", ["0000", "", "9010", "1000; DROP TABLE billing_line", "一〇〇〇", "1000\x00"])
def test_charge_with_an_unknown_or_retired_code_is_refused(bill: Bill, code: str) -> None:
    with pytest.raises(UnknownChargeCode):
        bill.charge("10", code=code)
    assert rows(bill.hotel) == 0


def test_charge_in_another_currency_is_refused(bill: Bill) -> None:
    with pytest.raises(CurrencyMismatch):
        services.post_charge(
            hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="1000", amount=Decimal(10), currency="USD",
            actor=SYSTEM, now=NOW,
        )  # fmt: skip
    assert rows(bill.hotel) == 0


def test_charge_to_the_window_of_another_hotel_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    with pytest.raises(NotFound):
        bill.charge("10", account_id=stranger.account_id)
    assert (rows(bill.hotel), rows(stranger.hotel), stranger.balance) == (0, 0, Decimal("0.00"))


@pytest.mark.parametrize("kind", ["revenue", "means", "receivable", "tax"])
def test_charge_to_an_account_that_is_no_window_is_not_found(bill: Bill, kind: str) -> None:
    account_id = kernel_db.fetch_value(
        "SELECT min(id) FROM billing_account WHERE hotel_id = %s AND kind = %s", [bill.hotel.pk, kind]
    )
    with pytest.raises(NotFound):
        bill.charge("10", account_id=account_id)
    assert rows(bill.hotel) == 0


def test_charge_to_a_closed_bill_is_refused(bill: Bill) -> None:
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    with pytest.raises(FolioClosed), transaction.atomic():
        bill.charge("10")
    assert (rows(bill.hotel), bill.balance) == (0, Decimal("0.00"))


def test_charge_with_a_source_key_is_posted_once_and_the_transaction_goes_on(bill: Bill) -> None:
    def post(amount: int) -> None:
        ledger.charge(
            hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="1010", amount=Decimal(amount),
            source_key="half:7", now=NOW,
        )  # fmt: skip

    post(314)
    with pytest.raises(AlreadyPosted):
        post(314)
    bill.charge("10")
    assert (rows(bill.hotel), bill.balance) == (2, Decimal("324.00"))


def test_the_same_source_key_in_two_hotels_is_two_charges(bill: Bill) -> None:
    other = open_bill(make_hotel(with_billing=True, nights=2))
    for each in (bill, other):
        ledger.charge(
            hotel_id=each.hotel.pk, account_id=each.account_id, charge_code="1010", amount=Decimal(314),
            source_key="half:7", now=NOW,
        )  # fmt: skip
    assert (bill.balance, other.balance) == (Decimal("314.00"), Decimal("314.00"))


def test_charge_writes_one_audit_row_and_one_event(bill: Bill) -> None:
    charged = bill.charge("628")
    entry = AuditEntry.objects.get(hotel_id=bill.hotel.pk, operation="folio.charge_posted")
    event = OutboxEvent.objects.get(hotel_id=bill.hotel.pk, topic="folio.charge_posted")
    assert (entry.subject, entry.subject_id, entry.after["amount"]) == ("folio", bill.folio_id, "628.00")
    assert (event.payload["transaction_id"], event.payload["amount"]) == (charged.transaction_id, "628.00")


@pytest.mark.parametrize("description", ["x" * 121, "\ud800"])
def test_charge_with_a_description_that_cannot_be_kept_is_refused_at_its_field(bill: Bill, description: str) -> None:
    with pytest.raises(DomainError) as refusal:
        services.post_charge(
            hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="1000", amount=Decimal(10),
            description=description, actor=SYSTEM, now=NOW,
        )  # fmt: skip
    assert (refusal.value.field, rows(bill.hotel)) == ("description", 0)


def test_charge_each_posts_a_set_in_one_statement(bill: Bill, django_assert_num_queries: object) -> None:
    others = [open_bill(bill.hotel) for _ in range(20)]
    source = "SELECT unnest(%(ids)s::bigint[]), 500.00, 1::smallint, '', 'set:' || unnest(%(ids)s::bigint[])"
    params = {"ids": [each.account_id for each in others]}
    with django_assert_num_queries(1):  # type: ignore[operator]
        done = ledger.charge_each(
            hotel_id=bill.hotel.pk, charge_code="1000", source=source, params=params, user_id=None, now=NOW
        )
    again = ledger.charge_each(
        hotel_id=bill.hotel.pk, charge_code="1000", source=source, params=params, user_id=None, now=NOW
    )
    assert (done.count, done.gross, done.net, again.count, again.gross) == (
        20,
        Decimal("10000.00"),
        Decimal("9434.00"),
        0,
        0,
    )
    assert {each.balance for each in others} == {Decimal("500.00")}
    assert_books_hold(bill.hotel)
