"""Money that is invoiced is not given back before the invoice is. Building block."""

from __future__ import annotations

from collections.abc import Iterable

from binzhi.billing.folio_errors import RedInvoiceFirst
from binzhi.kernel import db

_SHORT = """
SELECT EXISTS (
    SELECT 1 FROM billing_account a WHERE a.id = ANY(%s)
    AND EXISTS (SELECT 1 FROM billing_invoice i WHERE i.account_id = a.id) AND billing_invoice_room(a.id) < 0
)
"""


def refuse_uncovered(account_ids: Iterable[int]) -> None:
    """After money left these windows: is every invoice still paid? Raises RedInvoiceFirst."""
    if db.fetch_value(_SHORT, [list(account_ids)]):
        raise RedInvoiceFirst
