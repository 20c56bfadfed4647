"""Tax counted by the database is tax counted by hand, for any price, rate and way of pricing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.billing import ledger
from binzhi.billing.queries import ledger_sum
from binzhi.kernel import db as kernel_db
from binzhi.kernel.money import net_of, split_money, tax_on
from tests.billing.conftest import open_bill
from tests.factories import NOW, TestHotel, make_hotel

PRICES = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)
RATES = st.decimals(min_value=Decimal(0), max_value=Decimal("0.9999"), places=4)
SOURCE = """
SELECT %(account)s::bigint, p.price, 1::smallint, '', 'p:' || %(mark)s::text || ':' || p.n
FROM unnest(%(prices)s::numeric[]) WITH ORDINALITY AS p (price, n)
"""


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, types={"std": 1}, nights=2)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prices=st.lists(PRICES, min_size=1, max_size=60), rate=RATES, inclusive=st.booleans())
def test_posted_tax_is_rebuilt_from_net_and_rate(
    hotel: TestHotel, prices: list[Decimal], rate: Decimal, inclusive: bool
) -> None:
    bill = open_bill(hotel)
    kernel_db.execute(
        "UPDATE billing_chargecode SET tax_rate = %s WHERE hotel_id = %s AND code = '1000'", [rate, hotel.pk]
    )
    with transaction.atomic():
        done = ledger.charge_each(
            hotel_id=hotel.pk, charge_code="1000", source=SOURCE, inclusive=inclusive, user_id=None, now=NOW,
            params={"account": bill.account_id, "mark": bill.opened.number, "prices": prices},
        )  # fmt: skip
    expected = []
    for price in prices:
        net, tax = net_of(price, rate) if inclusive else (price, tax_on(price, rate))
        expected.append((net + tax, net, tax))
        assert abs(tax - net * rate) <= Decimal("0.01")
    assert (done.count, done.gross, done.net) == (len(prices), sum(e[0] for e in expected), sum(e[1] for e in expected))
    posted = kernel_db.fetch_all(
        "SELECT -sum(l.amount) FILTER (WHERE a.kind = 'revenue') AS net,"
        " coalesce(-sum(l.amount) FILTER (WHERE a.kind = 'tax'), 0) AS tax,"
        " sum(l.amount) FILTER (WHERE a.kind = 'folio') AS gross"
        " FROM billing_transaction t JOIN billing_line l ON l.transaction_id = t.id"
        " JOIN billing_account a ON a.id = l.account_id"
        " WHERE t.folio_id = %s GROUP BY t.id ORDER BY t.id",
        [bill.folio_id],
    )
    assert [(row["gross"], row["net"], row["tax"]) for row in posted] == expected
    assert (bill.balance, ledger_sum(hotel_id=hotel.pk)) == (done.gross, 0)


@given(amount=PRICES, weights=st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=20).filter(any))
def test_split_adds_up_and_no_part_is_a_cent_off(amount: Decimal, weights: list[int]) -> None:
    parts = split_money(amount, weights)
    assert (sum(parts), len(parts)) == (amount, len(weights))
    assert all(
        abs(part - amount * weight / sum(weights)) < Decimal("0.01")
        for part, weight in zip(parts, weights, strict=True)
    )
    assert split_money(amount, weights) == parts
