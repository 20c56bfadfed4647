"""押金单: what was taken as a deposit or given back, on paper, a copy for the guest and one for the house."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from binzhi.billing.headings import Heading
from binzhi.billing.invoices.words import capitals
from binzhi.billing.queries import FolioLine, FolioView
from binzhi.kernel import paper
from binzhi.kernel.ui.formats import money
from binzhi.property.queries import HotelRef

TEMPLATE = "billing/paper/receipt.typ"


def receipt_pdf(
    *, hotel: HotelRef, folio: FolioView, deposit: FolioLine, heading: Heading, language: str, now: datetime
) -> bytes:
    """The receipt as PDF, in two copies."""
    with override(language):
        return paper.pdf(TEMPLATE, receipt_data(hotel, folio, deposit, heading, language, now))


def receipt_data(
    hotel: HotelRef, folio: FolioView, deposit: FolioLine, heading: Heading, language: str, now: datetime
) -> dict[str, object]:
    """What stands on it, in the active language."""
    taken = deposit.held > 0
    amount = abs(deposit.held)
    words = f" {capitals(amount)}" if language != "en" else ""
    zone = ZoneInfo(hotel.timezone)
    notes = [_("Taken back: this receipt is void.")] if deposit.is_void else []
    if taken and not deposit.is_void:
        notes.append(_("Bring this receipt when you leave: what is not used of the deposit is given back."))
    return {
        "hotel": hotel.label, "title": _("Deposit receipt") if taken else _("Receipt for a deposit returned"),
        "number": f"{folio.number}–{deposit.transaction_id}",
        "printed": now.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        "copies": [_("The guest's copy"), _("The hotel's copy")],
        "fields": [
            [_("Guest"), heading.name], [pgettext("bill", "Room"), heading.room],
            [_("Amount"), f"{money(amount, currency=folio.currency)}{words}"],
            [_("Means of payment"), deposit.means_label], [_("Business date"), str(deposit.business_date)],
            [_("Bill"), folio.number], [_("Note"), deposit.description], [_("Clerk"), deposit.clerk],
        ],
        "notes": notes, "signatures": [_("Guest's signature"), pgettext("bill", "Cashier")],
    }  # fmt: skip
