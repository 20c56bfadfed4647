"""Invoices at the desk: asking for one on the bill, the list of all, taking one back, the hotel as seller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission
from binzhi.billing.invoices import services
from binzhi.billing.invoices.buyers import ORDINARY, SPECIAL, Buyer
from binzhi.billing.invoices.composing import pools_of, room_of
from binzhi.billing.invoices.queries import buyer_suggested, guest_name, invoices, seller_of
from binzhi.billing.invoices.sending import PARTNER
from binzhi.billing.invoices.services import SellerInput
from binzhi.billing.web.actions import Action, Desk, Done
from binzhi.billing.web.forms import AmountField, MoneyForm, line
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.connecting import Setting, connect, key_field
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of

KINDS = [
    (ORDINARY, pgettext_lazy("invoice", "Ordinary")),
    (SPECIAL, pgettext_lazy("invoice", "Special")),
]


class InvoiceForm(MoneyForm):
    """Who is invoiced, and for how much."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("invoice", "Kind"), choices=KINDS, widget=forms.RadioSelect, initial=ORDINARY
    )
    buyer_name = line(gettext_lazy("Buyer"), required=True)
    tax_no = line(gettext_lazy("Tax number"))
    is_person = forms.BooleanField(label=gettext_lazy("A person, no company"), required=False)
    amount = AmountField(label=gettext_lazy("Amount with tax"))
    address_phone = line(gettext_lazy("Address and phone"))
    bank_account = line(gettext_lazy("Bank and account"))
    remark = line(gettext_lazy("Remark"))


def room_left(desk: Desk) -> Any:
    """What of the open window can be invoiced now."""
    account_id = desk.account_id
    charged = sum((pool.gross for pool in pools_of(account_id)), ZERO)
    return max(min(charged, room_of(account_id)), ZERO)


def _form(desk: Desk, data: QueryDict | None) -> InvoiceForm:
    known = buyer_suggested(hotel_id=desk.hotel.pk, organisation_id=desk.heading.organisation_id)
    left = room_left(desk)
    initial = {
        "buyer_name": known.get("name") or guest_name(desk.folio.guest_id), "tax_no": known.get("tax_no", ""),
        "address_phone": known.get("address_phone", ""), "bank_account": known.get("bank_account", ""),
        "is_person": not known, "amount": left or None,
    }  # fmt: skip
    return InvoiceForm(data, initial=initial, auto_id="invoice_%s")


def _ask(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    buyer = Buyer(
        name=data["buyer_name"], tax_no=data["tax_no"], is_person=data["is_person"],
        address_phone=data["address_phone"], bank_account=data["bank_account"],
    )  # fmt: skip
    services.request_invoice(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, kind=data["kind"], buyer=buyer, amount=data["amount"],
        remark=data["remark"], actor=actor, now=now,
    )  # fmt: skip
    return Done(_("The invoice is on its way: %(amount)s") % {"amount": desk.money(data["amount"])})


ACTIONS: dict[str, Action] = {
    "invoices": Action(Permission.INVOICE, gettext_lazy("E-invoice"), "invoice", _form, _ask),
}


@never_cache
@require_GET
@screen(Permission.VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """All invoices, newest first; what waits or was refused under its own tab."""
    hotel = hotel_of(request)
    state = request.GET.get("state", "")
    words = {
        "": pgettext("invoices", "All"), "waiting": _("Waiting for the provider"), "issued": _("Issued"),
        "refused": pgettext("invoices", "Refused"), "red": pgettext("invoices", "Red"),
    }  # fmt: skip
    segments = [
        {"label": label, "url": f"?state={key}" if key else "?", "on": state == key} for key, label in words.items()
    ]
    context = {
        "rows": invoices(hotel_id=hotel.pk, state=state), "segments": segments,
        "may": {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission},
        "seller": seller_of(hotel_id=hotel.pk),
    }  # fmt: skip
    return render_screen(request, "billing/invoices.html", context)


@require_POST
@screen(Permission.INVOICE)
def retry(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Send it now."""
    back = reverse("billing:invoice-list", args=[hotel_of(request).code])

    def work() -> None:
        services.retry_invoice(invoice_id=invoice_id, **common(request))

    return press(request, work, done=_("It is sent again now"), back=back)


class RedForm(MoneyForm):
    reason = line(gettext_lazy("Reason"), required=True)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.RED_INVOICE)
def red(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Take an issued invoice back with a red one that names it."""
    hotel = hotel_of(request)
    found = invoices(hotel_id=hotel.pk, invoice_id=invoice_id)
    if not found:
        raise NotFound
    form = RedForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(
                    request,
                    lambda: services.take_back_invoice(
                        invoice_id=invoice_id, reason=form.cleaned_data["reason"], **common(request)
                    ),
                )
                toast(request, _("The red invoice is on its way"))
                return go(request, reverse("billing:invoice-list", args=[hotel.code]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    return render_screen(request, "billing/red_invoice.html", {"row": found[0], "form": form}, status=status)


class SellerForm(MoneyForm):
    """The hotel as it stands on invoices, and who issues them."""

    aliases: Mapping[str, str] = {"buyer_name": "name"}

    name = line(pgettext_lazy("seller", "Name"), required=True)
    tax_no = line(gettext_lazy("Tax number"), required=True)
    issuer = line(pgettext_lazy("seller", "Issuer"), required=True)
    address_phone = line(gettext_lazy("Address and phone"))
    bank_account = line(gettext_lazy("Bank and account"))
    provider_url = line(gettext_lazy("Provider's address"))
    provider_key = key_field(gettext_lazy("Provider's key"))


SETTING = Setting(
    partner=PARTNER, done="billing:invoice-list", said=gettext_lazy("Saved"),
    by_hand=gettext_lazy("Empty: invoices wait until one is entered"),
    looks={
        "name": {"icon": "building"}, "tax_no": {"icon": "tag"}, "issuer": {"icon": "person"},
        "address_phone": {"icon": "map-pin"}, "bank_account": {"icon": "card"},
    },
)  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.SET_INVOICES)
def seller(request: StaffRequest) -> HttpResponse:
    """The hotel's own data for invoices, and who issues them."""
    known = seller_of(hotel_id=hotel_of(request).pk)
    initial = {name: getattr(known, name) for name in SellerForm.base_fields if hasattr(known, name)}
    form = SellerForm(request.POST or None, initial=initial)
    return connect(
        request, SETTING, form=form, has_key=bool(known and known.has_key),
        save=lambda: services.set_seller(seller=SellerInput(**form.cleaned_data), **common(request)),
    )  # fmt: skip
