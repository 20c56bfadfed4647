"""寄存单: the numbered receipt of what is in keeping, a copy for the guest, one for the thing."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from binzhi.frontdesk.kept.queries import ThingRow
from binzhi.kernel import paper
from binzhi.property.queries import HotelRef

TEMPLATE = "billing/paper/receipt.typ"


def receipt_pdf(*, hotel: HotelRef, thing: ThingRow, language: str, now: datetime) -> bytes:
    """The receipt as PDF, in two copies."""
    with override(language):
        return paper.pdf(TEMPLATE, receipt_data(hotel, thing, now))


def receipt_data(hotel: HotelRef, thing: ThingRow, now: datetime) -> dict[str, object]:
    """What stands on it, in the active language."""
    luggage = thing.kind == "luggage"
    return {
        "hotel": hotel.label, "title": _("Luggage receipt") if luggage else _("Receipt for valuables"),
        "number": thing.number, "printed": hotel.local(now).strftime("%Y-%m-%d %H:%M"),
        "copies": [pgettext("receipt", "The guest's copy"), _("The copy with the thing")],
        "fields": [
            [_("Number on the receipt"), thing.number], [_("Guest"), thing.name], [_("Room"), thing.room],
            [_("Pieces"), str(thing.pieces)], [_("What it is"), thing.description],
            [_("Where it is"), thing.place],
            [_("Taken in"), hotel.local(thing.kept_at).strftime("%Y-%m-%d %H:%M")],
            [_("Collected on"), str(thing.expected_on or "")],
        ],
        "notes": [
            _("Given out against this receipt only. Please tell us at once when it is lost.") if luggage
            else _("Opened in the guest's presence only; both sign.")
        ],
        "signatures": [_("Guest's signature"), _("Taken in by")],
    }  # fmt: skip
