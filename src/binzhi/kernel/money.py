"""Money is Decimal with a currency; rounding happens here and nowhere else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0}
LARGEST = Decimal("9999999999.99")


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))


def round_money(amount: Decimal, currency: str = "CNY") -> Decimal:
    """Round half up to the currency's smallest amount."""
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP)


def split_money(amount: Decimal, weights: list[int], currency: str = "CNY") -> list[Decimal]:
    """Split so that the parts add up to `amount` exactly; what rounding leaves goes to the largest remainders."""
    total = sum(weights)
    unit = quantum(currency)
    exact = [amount * weight / total for weight in weights]
    parts = [(value / unit).to_integral_value(rounding="ROUND_FLOOR") * unit for value in exact]
    left = int((amount - sum(parts)) / unit)
    order = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[:left]:
        parts[index] += unit
    return parts


def net_of(gross: Decimal, rate: Decimal, currency: str = "CNY") -> tuple[Decimal, Decimal]:
    """Split a price that includes tax into net and tax; the two add up to the price."""
    net = round_money(gross / (1 + rate), currency)
    return net, gross - net


def tax_on(net: Decimal, rate: Decimal, currency: str = "CNY") -> Decimal:
    """The tax that comes on top of a net amount."""
    return round_money(net * rate, currency)
