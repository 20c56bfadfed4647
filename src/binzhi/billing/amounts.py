"""Amounts as they come in: what is not exactly an amount of money is asked again, never rounded."""

from __future__ import annotations

from decimal import Decimal

from binzhi.billing.errors import (
    AmountNotPositive,
    AmountTooFine,
    AmountTooLarge,
    CurrencyMismatch,
    QuantityNotPositive,
)
from binzhi.kernel.money import LARGEST, MINOR_DIGITS, quantum

MOST_AT_ONCE = 9999


def clean_amount(amount: Decimal, *, currency: str, field: str = "amount") -> Decimal:
    """The amount in the currency's decimals.

    Raises AmountNotPositive (zero, negative, not a number), AmountTooLarge, AmountTooFine.
    """
    if not amount.is_finite():
        raise (AmountTooLarge if amount.is_infinite() else AmountNotPositive)(field=field)
    if amount <= 0:
        raise AmountNotPositive(field=field)
    if amount > LARGEST:
        raise AmountTooLarge(field=field)
    exact = amount.quantize(quantum(currency))
    if exact != amount:
        raise AmountTooFine(field=field, currency=currency, digits=MINOR_DIGITS.get(currency, 2))
    return exact


def clean_quantity(quantity: int) -> int:
    """Raises QuantityNotPositive outside 1 to 9,999."""
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise QuantityNotPositive
    return quantity


def check_currency(given: str, *, expected: str) -> None:
    """An amount that names its currency names the hotel's. Raises CurrencyMismatch."""
    if given and given != expected:
        raise CurrencyMismatch(given=given, expected=expected)
