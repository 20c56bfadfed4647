"""The bill on screen and on paper, the list of open bills, and a panel for each thing that is done to one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing import services
from binzhi.billing.access import Permission
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.counter.authority import approvals
from binzhi.billing.headings import find_folios, headings_of
from binzhi.billing.invoices.queries import invoices
from binzhi.billing.printing import LANGUAGES, Copy, bill_pdf
from binzhi.billing.queries import companies, folio_list
from binzhi.billing.web import counter, holding, invoicing, routing
from binzhi.billing.web.actions import ACTIONS, Action, Desk, Done, desk_of, payment_form, take_payment
from binzhi.billing.web.forms import MoneyForm
from binzhi.billing.web.ruling import rules_shown
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import once

UNPROCESSABLE = 422
SEARCH_LIMIT = 60


@require_GET
@screen(Permission.VIEW)
def folios(request: StaffRequest) -> HttpResponse:
    """Bills that are open, newest first; found by room, name or number."""
    hotel = hotel_of(request)
    text = request.GET.get("q", "")[:SEARCH_LIMIT].replace("\0", "").strip()
    state = request.GET.get("state", "")
    ids = list(find_folios(hotel_id=hotel.pk, text=text)) if text else None
    page = folio_list(hotel_id=hotel.pk, state=state, number=text, folio_ids=ids, page=_page_of(request))
    headings = headings_of(hotel_id=hotel.pk, folio_ids=[row.pk for row in page.rows])
    words = {
        "": pgettext("bills", "Open"), "owing": _("Owing"), "credit": _("In credit"), "deposit": _("Deposit held"),
        "closed": pgettext("bills", "Closed"),
    }  # fmt: skip
    segments = [
        {"label": label, "url": f"?state={key}" if key else "?", "on": state == key} for key, label in words.items()
    ]
    rows = [{"folio": row, "heading": headings.get(row.pk)} for row in page.rows]
    context = {"rows": rows, "page": page, "segments": segments, "text": text, "state": state}
    return render_screen(request, "billing/folios.html", context, part="billing/_folios.html")


def _page_of(request: StaffRequest) -> int:
    number = request.GET.get("page", "")
    return max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 7 else 1


@never_cache
@require_GET
@screen(Permission.VIEW)
def folio(request: StaffRequest, number: str) -> HttpResponse:
    """One bill: its windows, the lines of one of them, the deposit, what is left to pay."""
    desk = desk_of(request, number)
    return _show(desk, payment_form(desk, None))


def _show(desk: Desk, form: MoneyForm, *, status: int = 200, part: str = "billing/_folio.html") -> HttpResponse:
    return render_screen(desk.request, "billing/folio.html", _context(desk) | {"form": form}, part=part, status=status)


def _context(desk: Desk) -> dict[str, Any]:
    window = desk.folio.window(desk.window)
    settled = not any(each.balance for each in desk.folio.windows) and not desk.folio.deposit
    return {
        "folio": desk.folio, "window": window, "heading": desk.heading, "token": uuid.uuid4().hex,
        "may": {right.name.lower(): desk.request.actor.may(right, desk.hotel.pk) for right in Permission},
        "refundable": [line for line in window.lines if line.is_refundable],
        "rules": rules_shown(desk), "invoices": invoices(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk),
        "waiting": [one for one in approvals(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk) if one.state == "asked"],
        **holding.context_of(desk),
        "may_close": desk.folio.is_open and settled and not desk.heading.is_active,
    }  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def bill(request: StaffRequest, number: str) -> HttpResponse:
    """The window as PDF: `lang` zh-hans or en, `reversed` shows what was taken back."""
    desk = desk_of(request, number)
    language = request.GET.get("lang", "")
    copy = Copy(language if language in LANGUAGES else LANGUAGES[0], with_reversed="reversed" in request.GET)
    made = bill_pdf(
        hotel=desk.hotel, folio=desk.folio, window=desk.folio.window(desk.window), heading=desk.heading, copy=copy,
        now=clock.now(),
    )  # fmt: skip
    name = f"{desk.folio.number}-{desk.window}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@require_POST
@screen(Permission.TAKE_PAYMENT)
def payments(request: StaffRequest, number: str) -> HttpResponse:
    """Take what is paid for the window; refused, the panel comes back with the reason at its field."""
    desk = desk_of(request, number)
    form = payment_form(desk, request.POST)
    answer = _perform(desk, form, take_payment)
    if isinstance(answer, HttpResponse):
        return answer
    return _show(desk, form, status=answer, part="billing/_pay.html")


def action(spec: Action) -> Callable[..., HttpResponse]:
    """The view of one thing that is done to a bill: its panel on GET, the deed on POST."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    @screen(spec.permission)
    def view(request: StaffRequest, number: str) -> HttpResponse:
        desk = desk_of(request, number)
        status = 200
        form = spec.form(desk, request.POST if request.method == "POST" else None)
        if request.method == "POST":
            answer = _perform(desk, form, spec.perform)
            if isinstance(answer, HttpResponse):
                return answer
            status = answer
        context = _context(desk) | {
            "panel": form, "title": spec.title, "body": f"billing/panels/{spec.template}.html",
            "chosen": [line for line in desk.folio.window(desk.window).lines if line.transaction_id in desk.chosen],
            "line": _line(desk, form), "billed": companies(hotel_id=desk.hotel.pk), "form": payment_form(desk, None),
        }  # fmt: skip
        return render_screen(request, "billing/folio.html", context, part="billing/_panel.html", status=status)

    view.__name__ = f"folio_{spec.template}"
    return view


def _line(desk: Desk, form: MoneyForm) -> Any:
    """The posting that a panel is about."""
    for name in ("transaction", "payment"):
        if name in form.fields:
            value = str(form[name].value() or "")
            return desk.folio.line(int(value)) if value.isascii() and value.isdigit() and len(value) < 18 else None
    return None


def _perform(desk: Desk, form: MoneyForm, deed: Callable[[Desk, dict[str, Any], Any, Any], Done]) -> HttpResponse | int:
    """Do it once and go back to the bill, or the status under which the form is shown again."""
    request = desk.request
    if not form.is_valid():
        return UNPROCESSABLE

    def work() -> dict[str, Any]:
        done = deed(desk, form.cleaned_data, request.actor, clock.now())
        return {"text": done.text, "transaction": done.transaction_id}

    try:
        answer, _repeated = once(request, with_shift(request, desk.hotel, request.actor, work))
    except DomainError as refusal:
        form.refuse(refusal)
        return refusal.status if refusal.status in (409, UNPROCESSABLE) else UNPROCESSABLE
    undo = ""
    if answer["transaction"] and request.actor.may(Permission.REVERSE, desk.hotel.pk):
        undo = reverse("billing:undo", args=[desk.hotel.code, desk.folio.number, answer["transaction"]])
    toast(request, answer["text"], undo_url=undo)
    return go(request, address(desk))


def address(desk: Desk) -> str:
    """The bill with the window that is open on screen."""
    url = reverse("billing:folio", args=[desk.hotel.code, desk.folio.number])
    return url if desk.window == 1 else f"{url}?window={desk.window}"


@require_POST
@screen(Permission.REVERSE)
def undo(request: StaffRequest, number: str, transaction_id: int) -> HttpResponse:
    """Take back what was just posted; a refusal is said in a toast."""
    desk = desk_of(request, number)
    try:
        services.reverse_transaction(
            hotel_id=desk.hotel.pk, transaction_id=transaction_id, reason=_("Undone at once"), actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("Taken back: the reversal stands on the bill"))
    return go(request, address(desk))


_ALL = ACTIONS | routing.ACTIONS | counter.ACTIONS | invoicing.ACTIONS | holding.ACTIONS
VIEWS = {name: action(spec) for name, spec in _ALL.items()}
