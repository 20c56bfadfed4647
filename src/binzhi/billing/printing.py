"""A window of a bill on paper, in the guest's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from binzhi.billing.headings import Heading
from binzhi.billing.queries import FolioLine, FolioView, WindowView
from binzhi.kernel import paper
from binzhi.kernel.ui.formats import money
from binzhi.kernel.ui.formats import number as amount
from binzhi.property.queries import HotelRef

TEMPLATE = "billing/paper/bill.typ"
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Copy:
    """Which copy: in which language, and whether what was reversed is shown."""

    language: str
    with_reversed: bool = False


def bill_pdf(
    *, hotel: HotelRef, folio: FolioView, window: WindowView, heading: Heading, copy: Copy, now: datetime
) -> bytes:
    """The bill as PDF: interim while it is open, final when it is closed."""
    with override(copy.language):
        return paper.pdf(TEMPLATE, bill_data(hotel, folio, window, heading, copy, now))


def bill_data(
    hotel: HotelRef, folio: FolioView, window: WindowView, heading: Heading, copy: Copy, now: datetime
) -> dict[str, object]:
    """What stands on the paper, in the active language; nothing is counted here that the ledger did not count."""
    shown = [line for line in window.lines if copy.with_reversed or not line.is_void]
    charges = [line for line in shown if not line.is_money]
    payments = [line for line in shown if line.is_money]
    stay = f"{heading.arrival} – {heading.departure}" if heading.arrival else ""
    title = _("Interim bill") if folio.is_open else _("Final bill")
    printed = now.astimezone(ZoneInfo(hotel.timezone)).strftime("%Y-%m-%d %H:%M")
    return {
        "hotel": hotel.label, "title": title, "number": f"{folio.number}–{window.number}", "printed": printed,
        "fields": [
            [_("Guest"), " / ".join(part for part in (heading.name, window.payee) if part)],
            [_("Bill"), f"{folio.number} – {window.number}"],
            [pgettext("bill", "Room"), heading.room], [_("Stay"), stay],
        ],
        "head": [_("Date"), _("Item"), _("Description"), f"{_('Amount')} ({folio.currency})"],
        "lines": [_row(line) for line in (*charges, *payments)],
        "sums": [
            [_("Charges"), amount(window.charged)], [pgettext("bill", "Paid"), amount(window.paid)],
            [pgettext("bill", "Balance"), money(window.balance, currency=folio.currency)],
        ],
        "notes": _notes(folio, copy, window.lines), "nothing": _("Nothing posted yet"),
        "signatures": [_("Guest's signature"), pgettext("bill", "Cashier")],
    }  # fmt: skip


def _row(line: FolioLine) -> list[object]:
    words = " ".join(
        part for part in (line.description, f"× {line.quantity}" if line.quantity != 1 else "", _moved(line)) if part
    )
    return [str(line.business_date), _item(line), words, amount(line.amount), line.is_void]


def _item(line: FolioLine) -> str:
    kinds = {
        "refund": _("Refund"), "deposit_use": _("Deposit used"), "adjustment": _("Allowance"),
        "paid_out": _("Laid out"),
        "transfer": _("Moved out") if line.amount < 0 else _("Moved in"), "reversal": _("Reversal"),
    }  # fmt: skip
    what = line.means_label if line.is_money else line.origin_label if line.kind == "transfer" else line.code_label
    return f"{kinds.get(line.kind, '')} {what}".strip()


def _moved(line: FolioLine) -> str:
    if line.came:
        return _("by rule from window %(where)s") % {"where": line.came_from}
    if line.went:
        return _("%(amount)s by rule to window %(where)s") % {"amount": amount(line.went), "where": line.went_to}
    return ""


def _notes(folio: FolioView, copy: Copy, lines: Sequence[FolioLine]) -> list[str]:
    notes = []
    if folio.deposit:
        notes.append(_("Deposit held: %(amount)s") % {"amount": money(folio.deposit, currency=folio.currency)})
    if not copy.with_reversed and any(line.is_void for line in lines):
        notes.append(_("Postings that were reversed are not shown; they cancel out."))
    if folio.is_open:
        notes.append(_("This bill is not closed yet; more may be posted to it."))
    return notes
