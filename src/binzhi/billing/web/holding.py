"""Pre-authorisations at the desk: on the bill, the list of all, who holds them, and the deposit's receipt."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission
from binzhi.billing.headings import headings_of
from binzhi.billing.holds import services
from binzhi.billing.holds.queries import HoldRow, acquirer, holds
from binzhi.billing.holds.receipts import receipt_pdf
from binzhi.billing.holds.sending import PARTNER
from binzhi.billing.holds.services import AcquirerInput, Slip
from binzhi.billing.printing import LANGUAGES
from binzhi.billing.web.actions import Action, Desk, Done, desk_of, numbers_of
from binzhi.billing.web.forms import AmountField, MoneyForm, line
from binzhi.kernel import clock
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.connecting import Setting, connect, key_field
from binzhi.people.web.posting import common, press


class PlaceForm(MoneyForm):
    """How much is held; the slip's code where no bank is connected."""

    amount = AmountField(label=gettext_lazy("Amount"))
    auth_code = line(gettext_lazy("Authorisation code"))
    card_tail = line(gettext_lazy("Last four digits of the card"))
    note = line(gettext_lazy("Note"))

    def __init__(self, *args: Any, by_hand: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_hand = by_hand


class HoldForm(MoneyForm):
    """Something about one hold."""

    hold = forms.IntegerField(widget=forms.HiddenInput)
    auth_code = line(gettext_lazy("Authorisation code"))

    def __init__(self, *args: Any, row: HoldRow | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.by_hand = bool(row and row.by_hand)


class CaptureForm(HoldForm):
    amount = AmountField(label=pgettext_lazy("hold", "Take"))


class ExtendForm(HoldForm):
    more = AmountField(label=pgettext_lazy("hold", "Hold so much more"), required=False)


class ReleaseForm(HoldForm):
    reason = line(gettext_lazy("Reason"))


def _place_form(desk: Desk, data: QueryDict | None) -> PlaceForm:
    by_hand = not acquirer(hotel_id=desk.hotel.pk).provider_url
    return PlaceForm(data, by_hand=by_hand, auto_id="hold_%s")


def _row(desk: Desk, data: QueryDict | None) -> HoldRow | None:
    asked = numbers_of(data if data is not None else desk.request.GET, "hold")
    of_bill = holds(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk)
    return next((row for row in of_bill if row.pk in asked), None)


def _about(kind: type[HoldForm]) -> Any:
    def make(desk: Desk, data: QueryDict | None) -> HoldForm:
        row = _row(desk, data)
        owed = max(desk.folio.window(desk.window).balance, ZERO)
        initial = {"hold": row.pk, "amount": min(owed, row.amount) or None} if row else {}
        return kind(data, row=row, initial=initial, auto_id="hold_%s")

    return make


def _place(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    slip = Slip(auth_code=data["auth_code"], card_tail=data["card_tail"])
    services.place_hold(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, amount=data["amount"], slip=slip, note=data["note"],
        actor=actor, now=now,
    )  # fmt: skip
    words = _("%(amount)s is held") if data["auth_code"] else _("The bank is asked to hold %(amount)s")
    return Done(words % {"amount": desk.money(data["amount"])})


def _of(desk: Desk, data: dict[str, Any]) -> int:
    """The hold, if it is this bill's."""
    if not any(row.pk == data["hold"] for row in holds(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk)):
        raise NotFound
    return int(data["hold"])


def _capture(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    services.capture_hold(
        hotel_id=desk.hotel.pk, hold_id=_of(desk, data), account_id=desk.account_id, amount=data["amount"],
        auth_code=data["auth_code"], actor=actor, now=now,
    )  # fmt: skip
    words = _("Taken: %(amount)s") if data["auth_code"] else _("The bank is asked for %(amount)s")
    return Done(words % {"amount": desk.money(data["amount"])})


def _extend(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    services.extend_hold(
        hotel_id=desk.hotel.pk, hold_id=_of(desk, data), more=data["more"] or ZERO, auth_code=data["auth_code"],
        actor=actor, now=now,
    )  # fmt: skip
    return Done(_("It is held longer") if data["auth_code"] else _("The bank is asked to hold it longer"))


def _release(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    services.release_hold(
        hotel_id=desk.hotel.pk, hold_id=_of(desk, data), reason=data["reason"], auth_code=data["auth_code"],
        actor=actor, now=now,
    )  # fmt: skip
    return Done(_("It is free again") if data["auth_code"] else _("The bank is asked to let it go"))


ACTIONS: dict[str, Action] = {
    "holds": Action(Permission.HOLD, gettext_lazy("Pre-authorise"), "hold", _place_form, _place),
    "hold-captures": Action(
        Permission.HOLD, gettext_lazy("Take from the pre-authorisation"), "hold_capture", _about(CaptureForm), _capture
    ),
    "hold-extensions": Action(
        Permission.HOLD, gettext_lazy("Hold it longer"), "hold_extend", _about(ExtendForm), _extend
    ),
    "hold-releases": Action(Permission.HOLD, gettext_lazy("Let it go"), "hold_release", _about(ReleaseForm), _release),
}


@never_cache
@require_GET
@screen(Permission.VIEW)
def card(request: StaffRequest, number: str) -> HttpResponse:
    """The bill's pre-authorisations alone: the page asks while the bank has not answered."""
    desk = desk_of(request, number)
    return render_screen(request, "billing/_holds.html", context_of(desk))


def context_of(desk: Desk) -> dict[str, Any]:
    """What `_holds.html` shows."""
    rows = holds(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk)
    return {
        "holds": rows, "hold_waits": any(row.waits for row in rows), "folio": desk.folio,
        "window": desk.folio.window(desk.window), "hold_token": uuid.uuid4().hex,
        "may": {right.name.lower(): desk.request.actor.may(right, desk.hotel.pk) for right in Permission},
    }  # fmt: skip


@require_POST
@screen(Permission.HOLD)
def again(request: StaffRequest, number: str, hold_id: int) -> HttpResponse:
    """Ask the bank now what became of it."""
    _mine(request, number, hold_id)

    def work() -> None:
        services.ask_again(hold_id=hold_id, **common(request))

    return press(request, work, done=_("The bank is asked again"), back=_bill(request, number))


@require_POST
@screen(Permission.HOLD)
def give_up(request: StaffRequest, number: str, hold_id: int) -> HttpResponse:
    """Have a request that nobody answered undone."""
    _mine(request, number, hold_id)

    def work() -> None:
        services.give_up(hold_id=hold_id, **common(request))

    return press(request, work, done=_("The bank is told to take it back"), back=_bill(request, number))


def _bill(request: StaffRequest, number: str) -> str:
    return reverse("billing:folio", args=[hotel_of(request).code, number])


def _mine(request: StaffRequest, number: str, hold_id: int) -> None:
    if not any(row.folio == number for row in holds(hotel_id=hotel_of(request).pk, hold_id=hold_id)):
        raise NotFound


@never_cache
@require_GET
@screen(Permission.HOLD)
def listing(request: StaffRequest) -> HttpResponse:
    """All that is held, newest first; what ends soon and what waits for the bank under their own tabs."""
    hotel = hotel_of(request)
    words = {
        "open": pgettext("holds", "Held"),
        "ending": _("Ends soon"),
        "waiting": _("Waits for the bank"),
        "all": _("All"),
    }
    state = request.GET.get("state", "open")
    state = state if state in words else "open"
    rows = holds(hotel_id=hotel.pk, state=state)
    headings = headings_of(hotel_id=hotel.pk, folio_ids=list({row.folio_id for row in rows}))
    context = {
        "rows": [{"hold": row, "heading": headings.get(row.folio_id)} for row in rows],
        "segments": [{"label": label, "url": f"?state={key}", "on": state == key} for key, label in words.items()],
        "sum": sum((row.amount for row in rows if row.is_held), ZERO), "connected": acquirer(hotel_id=hotel.pk),
        "may_set": request.actor.may(Permission.SET_HOLDS, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "billing/holds.html", context)


class AcquirerForm(MoneyForm):
    """Who holds money on cards, and how long."""

    merchant_no = line(gettext_lazy("Merchant number"), required=True)
    provider_url = line(gettext_lazy("Bank's address"))
    provider_key = key_field(gettext_lazy("Bank's key"))
    hold_days = forms.IntegerField(label=gettext_lazy("Days that one by hand holds"))
    warn_days = forms.IntegerField(label=gettext_lazy("Told so many days before its end"))


SETTING = Setting(
    partner=PARTNER, done="billing:hold-list", said=gettext_lazy("Saved"),
    by_hand=gettext_lazy("Empty: by hand at the terminal"),
    looks={"merchant_no": {"icon": "tag"}, "hold_days": {"icon": "calendar"}, "warn_days": {"icon": "clock"}},
)  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.SET_HOLDS)
def acquiring(request: StaffRequest) -> HttpResponse:
    """The hotel's acquirer."""
    known = acquirer(hotel_id=hotel_of(request).pk)
    initial = {name: getattr(known, name) for name in AcquirerForm.base_fields if hasattr(known, name)}
    form = AcquirerForm(request.POST or None, initial=initial)
    return connect(
        request, SETTING, form=form, has_key=known.has_key,
        save=lambda: services.set_acquirer(acquirer=AcquirerInput(**form.cleaned_data), **common(request)),
    )  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def receipt(request: StaffRequest, number: str, transaction_id: int) -> HttpResponse:
    """The receipt of a deposit, taken or given back, as PDF."""
    desk = desk_of(request, number)
    found = next((each for each in desk.folio.deposit_lines if each.transaction_id == transaction_id), None)
    if found is None:
        raise NotFound
    language = request.GET.get("lang", "")
    made = receipt_pdf(
        hotel=desk.hotel, folio=desk.folio, deposit=found, heading=desk.heading,
        language=language if language in LANGUAGES else LANGUAGES[0], now=clock.now(),
    )  # fmt: skip
    name = f"{desk.folio.number}-{transaction_id}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
