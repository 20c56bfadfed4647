"""What the database refuses, told as the refusal it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DataError, IntegrityError
from psycopg import errors as pg

from binzhi.billing.cashier_errors import NoOpenShift
from binzhi.billing.errors import (
    AlreadyPosted,
    AlreadyReversed,
    AmountTooLarge,
    BusinessDayClosed,
    DepositTooSmall,
    FolioClosed,
)
from binzhi.billing.folio_errors import HoldOpen
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, NotFound

_REFUSALS: Mapping[str, type[DomainError]] = {
    "posting_on_open_day": BusinessDayClosed,
    "posting_on_open_account": FolioClosed,
    "transaction_source_once": AlreadyPosted,
    "transaction_reversed_once": AlreadyReversed,
    "deposit_never_overdrawn": DepositTooSmall,
    "lines_of_one_hotel": NotFound,
    "payment_in_open_shift": NoOpenShift,
    "folio_hold_open": HoldOpen,
    "hold_on_open_folio": FolioClosed,
}


@contextmanager
def typed_refusals() -> Iterator[None]:
    """What the database refuses becomes a typed refusal; anything else stays the bug it is."""
    try:
        yield
    except IntegrityError as error:
        refusal = _REFUSALS.get(db.constraint_of(error) or "")
        if refusal is None:
            raise
        raise refusal from error
    except DataError as error:
        if isinstance(error.__cause__, pg.NumericValueOutOfRange):
            raise AmountTooLarge from error
        raise
