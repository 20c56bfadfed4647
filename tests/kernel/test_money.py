"""Rounding and splitting lose no fen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.kernel.money import net_of, round_money, split_money, tax_on

AMOUNTS = st.decimals(min_value=Decimal("-999999999"), max_value=Decimal("999999999"), places=2)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "CNY", "0.01"), ("-0.005", "CNY", "-0.01"), ("0.0049999", "CNY", "0.00"), ("2.675", "CNY", "2.68"),
        ("0.5", "JPY", "1"), ("1234.4", "KRW", "1234"),
    ],
)  # fmt: skip
def test_round_money_half_goes_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert round_money(Decimal(amount), currency) == Decimal(rounded)


@given(AMOUNTS, st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=12))
def test_split_money_parts_add_up(amount: Decimal, weights: list[int]) -> None:
    parts = split_money(amount, weights)
    assert sum(parts) == amount
    exact = [amount * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) <= Decimal("0.01") for part, share in zip(parts, exact, strict=True))


def test_split_money_what_rounding_leaves_goes_first_come_first() -> None:
    assert split_money(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split_money(Decimal("-100.00"), [1, 1, 1]) == [Decimal("-33.33"), Decimal("-33.33"), Decimal("-33.34")]
    assert split_money(Decimal("5"), [1, 1, 1], "JPY") == [2, 2, 1]


@given(AMOUNTS, st.sampled_from([Decimal("0"), Decimal("0.03"), Decimal("0.06"), Decimal("0.13")]))
def test_net_of_net_and_tax_add_up_to_the_price(gross: Decimal, rate: Decimal) -> None:
    net, tax = net_of(gross, rate)
    assert net + tax == gross
    assert abs(tax_on(net, rate) - tax) <= Decimal("0.01")
