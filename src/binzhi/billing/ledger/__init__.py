"""The one way into the ledger. Every posting is one statement: header, lines, running balances.

Building blocks without permission or audit, called inside an operation. Each holds the hotel day open (see
`hold_day`), so a posting always lands on the open day. Lock order: day, then accounts by id.
"""

from binzhi.billing.ledger.accounts import (
    LockedAccount,
    OpenFolio,
    balance_of,
    deposit_of,
    hold_day,
    lock_accounts,
    lock_folio,
    open_folio,
    open_folios,
)
from binzhi.billing.ledger.charges import Charged, Charges, charge, charge_each
from binzhi.billing.ledger.postings import Posted, Posting, post
from binzhi.billing.ledger.refusals import typed_refusals

__all__ = [
    "Charged",
    "Charges",
    "LockedAccount",
    "OpenFolio",
    "Posted",
    "Posting",
    "balance_of",
    "charge",
    "charge_each",
    "deposit_of",
    "hold_day",
    "lock_accounts",
    "lock_folio",
    "open_folio",
    "open_folios",
    "post",
    "typed_refusals",
]
