"""Companies' accounts on screen: ageing, one account with what is open, receipts, uses, write-offs, statements."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.headings import headings_of
from binzhi.billing.printing import LANGUAGES
from binzhi.billing.queries import means_of_payment
from binzhi.billing.receivables import services
from binzhi.billing.receivables.paper import aged_csv, statement_pdf
from binzhi.billing.receivables.queries import (
    AgedRow,
    OpenRow,
    aged,
    company_account,
    open_rows,
    statement,
    used_rows,
    write_offs,
)
from binzhi.billing.web.receivable_forms import ReceiptForm, TermsForm, WriteOffForm, day_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of
from binzhi.property.queries import HotelRef

COLUMNS = ("to_30", "to_60", "to_90", "older", "unused", "balance", "overdue")


@never_cache
@require_GET
@screen(Permission.VIEW)
def receivables(request: StaffRequest) -> HttpResponse:
    """Every company by age, what is overdue first; what waits for a second person; as CSV with `format=csv`."""
    hotel = hotel_of(request)
    as_of = day_of(request.GET.get("as_of"), hotel.business_date)
    show = request.GET.get("show", "")
    rows = [row for row in aged(hotel_id=hotel.pk, as_of=as_of) if _is_shown(row, show)]
    if request.GET.get("format") == "csv":
        return aged_csv(rows, as_of)
    words = {"": pgettext("companies", "All"), "open": _("Owing"), "overdue": _("Overdue")}
    context = {
        "rows": rows, "as_of": as_of, "show": show, "segments": [
            {"label": label, "url": f"?show={key}" if key else "?", "on": show == key} for key, label in words.items()
        ],
        "totals": {name: sum((getattr(row, name) for row in rows), ZERO) for name in COLUMNS},
        "waiting": [row for row in write_offs(hotel_id=hotel.pk) if row.state == "asked"],
        "may_decide": request.actor.may(Permission.WRITE_OFF, hotel.pk), "me": request.actor.user_id,
    }  # fmt: skip
    return render_screen(request, "billing/receivables.html", context)


def _is_shown(row: AgedRow, show: str) -> bool:
    return {"overdue": bool(row.overdue), "open": row.balance > 0}.get(show, True)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def company(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """One company: what is open, what was used for what; a POST takes what it pays."""
    hotel = hotel_of(request)
    row = company_account(hotel_id=hotel.pk, organisation_id=organisation_id)
    found = open_rows(account_id=row.account_id, as_of=hotel.business_date)
    items = [one for one in found if one.amount > 0]
    form = ReceiptForm(
        request.POST if request.method == "POST" else None, means=means_of_payment(hotel_id=hotel.pk), items=items,
        initial={"amount": row.overdue or None, "means": "bank"},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        request.actor.require(Permission.RECEIVABLES, hotel.pk)
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return _receive(request, hotel, organisation_id, form)
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    context = _context(request, hotel, row, found) | {"form": form}
    return render_screen(request, "billing/company.html", context, status=status)


def _context(request: StaffRequest, hotel: HotelRef, row: AgedRow, found: list[OpenRow]) -> dict[str, Any]:
    headings = headings_of(hotel_id=hotel.pk, folio_ids=[one.folio_id for one in found if one.folio_id])
    may = {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission}
    return {
        "row": row, "may": may, "me": request.actor.user_id,
        "items": [
            {"row": one, "heading": headings.get(one.folio_id or 0), "field": f"item_{one.transaction_id}"}
            for one in found
            if one.amount > 0
        ],
        "credits": [one for one in found if one.amount < 0], "used": used_rows(account_id=row.account_id),
        "write_offs": write_offs(hotel_id=hotel.pk, account_id=row.account_id),
        "terms": TermsForm(initial={"days": row.days}), "last": hotel.business_date,
        "first": hotel.business_date.replace(day=1),
    }  # fmt: skip


def _receive(request: StaffRequest, hotel: HotelRef, organisation_id: int, form: ReceiptForm) -> HttpResponse:
    def work() -> dict[str, Any]:
        done = services.receive_from_company(
            organisation_id=organisation_id, receipt=form.receipt(), **common(request)
        )  # fmt: skip
        return {"used": str(done.used)}

    answer, _repeated = once(request, with_shift(request, hotel, request.actor, work))
    toast(request, _("Received; %(amount)s was used for open items") % {"amount": answer["used"]})
    return go(request, _address(hotel, organisation_id))


def _address(hotel: HotelRef, organisation_id: int) -> str:
    return reverse("billing:company", args=[hotel.code, organisation_id])


@require_POST
@screen(Permission.RECEIVABLES)
def use(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """Use what was paid before, for the oldest first."""
    text = request.POST.get("credit", "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise NotFound

    def work() -> None:
        services.allocate_credit(organisation_id=organisation_id, credit_id=int(text), **common(request))

    return press(request, work, done=_("Used for the oldest items"), back=_address(hotel_of(request), organisation_id))


@require_POST
@screen(Permission.RECEIVABLES)
def take_back(request: StaffRequest, organisation_id: int, allocation_id: int) -> HttpResponse:
    """Undo a use."""
    reason = request.POST.get("reason", "").strip() or _("Used for the wrong item")

    def work() -> None:
        services.take_back_allocation(allocation_id=allocation_id, reason=reason, **common(request))

    back = _address(hotel_of(request), organisation_id)
    return press(request, work, done=_("Taken back; item and payment are open again"), back=back)


@require_POST
@screen(Permission.RECEIVABLES)
def remind(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """Note that the company was reminded."""

    def work() -> None:
        services.note_reminder(
            organisation_id=organisation_id, note=request.POST.get("note", ""), **common(request)
        )  # fmt: skip

    return press(request, work, done=_("The reminder is noted"), back=_address(hotel_of(request), organisation_id))


@require_POST
@screen(Permission.RECEIVABLES)
def terms(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """How many days the company has."""
    form = TermsForm(request.POST)
    back = _address(hotel_of(request), organisation_id)
    if not form.is_valid():
        toast(request, _("Enter 0 to 365 days."), state="late")
        return go(request, back)

    def work() -> None:
        services.set_terms(organisation_id=organisation_id, days=form.cleaned_data["days"], **common(request))

    return press(request, work, done=_("Saved"), back=back)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.ASK_WRITE_OFF)
def write_off(request: StaffRequest, organisation_id: int, transaction_id: int) -> HttpResponse:
    """Ask to write an item off."""
    hotel = hotel_of(request)
    row = company_account(hotel_id=hotel.pk, organisation_id=organisation_id)
    found = [one for one in open_rows(account_id=row.account_id, as_of=hotel.business_date) if one.amount > 0]
    item = next((one for one in found if one.transaction_id == transaction_id), None)
    if item is None:
        raise NotFound
    form = WriteOffForm(request.POST or None, initial={"amount": item.amount})
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            asked = {"item_id": transaction_id, **form.cleaned_data}
            try:
                once(
                    request, lambda: services.ask_write_off(organisation_id=organisation_id, **asked, **common(request))
                )
                toast(request, _("Asked: a second person decides"))
                return go(request, _address(hotel, organisation_id))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    return render_screen(request, "billing/write_off.html", {"row": row, "item": item, "form": form}, status=status)


@require_POST
@screen(Permission.WRITE_OFF)
def decide(request: StaffRequest, write_off_id: int) -> HttpResponse:
    """Yes or no to a write-off."""
    yes = request.POST.get("decision") == "yes"

    def work() -> None:
        services.decide_write_off(write_off_id=write_off_id, approve=yes, **common(request))

    back = reverse("billing:receivables", args=[hotel_of(request).code])
    return press(request, work, done=_("Written off") if yes else pgettext("counter", "Refused"), back=back)


@require_GET
@screen(Permission.VIEW)
def paper(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """The statement as PDF from `first` to `last`, in `lang`."""
    hotel = hotel_of(request)
    last = day_of(request.GET.get("last"), hotel.business_date)
    first = min(day_of(request.GET.get("first"), last.replace(day=1)), last)
    row = company_account(hotel_id=hotel.pk, organisation_id=organisation_id, as_of=last)
    language = request.GET.get("lang", "")
    made = statement_pdf(
        hotel=hotel, row=row, found=statement(account_id=row.account_id, first=first, last=last), first=first,
        last=last, language=language if language in LANGUAGES else LANGUAGES[0], now=clock.now(),
    )  # fmt: skip
    name = f"statement-{row.code}-{last}.pdf" if row.code.isascii() else f"statement-{last}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
