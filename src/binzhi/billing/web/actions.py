"""What can be done to a bill on its screen: each reads a form, calls one service and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from binzhi.billing import services
from binzhi.billing.access import Permission
from binzhi.billing.headings import Heading, headings_of
from binzhi.billing.holds import refunds
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.queries import FolioView, charge_codes, companies, folio_view, means_of_payment
from binzhi.billing.setup import COMPANY
from binzhi.billing.web import forms
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui.formats import money
from binzhi.people.web import StaffRequest, hotel_of
from binzhi.property.queries import HotelRef


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything an action works on: who asks, the hotel, the bill, the window that is open on screen."""

    request: StaffRequest
    hotel: HotelRef
    folio: FolioView
    window: int
    heading: Heading

    @property
    def account_id(self) -> int:
        return self.folio.window(self.window).account_id

    @property
    def chosen(self) -> list[int]:
        """The postings ticked in the list."""
        return numbers_of(self.request.POST or self.request.GET, "transactions")

    def money(self, amount: Any) -> str:
        return money(amount, currency=self.folio.currency)


@dataclass(frozen=True, slots=True)
class Done:
    """What to say, and the posting that takes it back."""

    text: str
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a cashier does: the right it asks, its panel, its form, what it does."""

    permission: Permission
    title: Any
    template: str
    form: Callable[[Desk, QueryDict | None], forms.MoneyForm]
    perform: Callable[[Desk, dict[str, Any], Any, Any], Done]


def numbers_of(data: QueryDict, name: str) -> list[int]:
    return [int(value) for value in data.getlist(name) if value.isascii() and value.isdigit() and len(value) < 18]


def desk_of(request: StaffRequest, number: str) -> Desk:
    """The bill that is asked for and its window (`?window=2`). Raises NotFound."""
    hotel = hotel_of(request)
    folio = folio_view(hotel_id=hotel.pk, number=number)
    asked = request.POST.get("window", "") or request.GET.get("window", "")
    window = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    folio.window(window)
    heading = headings_of(hotel_id=hotel.pk, folio_ids=[folio.pk]).get(folio.pk, Heading(title=""))
    return Desk(request, hotel, folio, window, heading)


# ---------------------------------------------------------------- forms


def payment_form(desk: Desk, data: QueryDict | None) -> forms.PaymentForm:
    means = means_of_payment(hotel_id=desk.hotel.pk)
    billed = companies(hotel_id=desk.hotel.pk)
    owed = max(desk.folio.window(desk.window).balance, ZERO)
    initial = {
        "amount": owed or None, "means": means[0].code if means else "", "company": desk.heading.organisation_id,
    }  # fmt: skip
    return forms.PaymentForm(data, means=means, companies=billed, initial=initial)


def _charge_form(desk: Desk, data: QueryDict | None) -> forms.ChargeForm:
    return forms.ChargeForm(data, codes=charge_codes(hotel_id=desk.hotel.pk), auto_id="charge_%s")


def _deposit_form(desk: Desk, data: QueryDict | None) -> forms.DepositForm:
    means = means_of_payment(hotel_id=desk.hotel.pk)
    return forms.DepositForm(data, means=means, initial={"means": means[0].code if means else ""}, auto_id="deposit_%s")


def _return_form(desk: Desk, data: QueryDict | None) -> forms.DepositForm:
    form = _deposit_form(desk, data)
    form.initial["amount"] = desk.folio.deposit
    return form


def _use_form(desk: Desk, data: QueryDict | None) -> forms.UseDepositForm:
    owed = max(desk.folio.window(desk.window).balance, ZERO)
    return forms.UseDepositForm(data, initial={"amount": min(owed, desk.folio.deposit) or None}, auto_id="use_%s")


def _refund_form(desk: Desk, data: QueryDict | None) -> forms.RefundForm:
    asked = numbers_of(desk.request.GET, "payment")
    payment = desk.folio.line(asked[0]) if asked else None
    initial = {"payment": payment.transaction_id, "amount": payment.refundable} if payment else {}
    return forms.RefundForm(data, initial=initial, auto_id="refund_%s")


def _reversal_form(desk: Desk, data: QueryDict | None) -> forms.ReversalForm:
    asked = numbers_of(desk.request.GET, "transaction")
    return forms.ReversalForm(data, initial={"transaction": asked[0] if asked else None}, auto_id="reverse_%s")


def _transfer_form(desk: Desk, data: QueryDict | None) -> forms.TransferForm:
    return forms.TransferForm(data, folio=desk.folio, window=desk.window, auto_id="move_%s")


# ---------------------------------------------------------------- deeds


def take_payment(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    company = data["company"] if data["means"] == COMPANY else None
    payment = PaymentInput(
        means=data["means"], amount=data["amount"], organisation_id=company, note=data["note"],
        in_advance=data["in_advance"], exceed_limit=data["exceed_limit"],
    )  # fmt: skip
    posted = services.take_payment(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, payment=payment, actor=actor, now=now
    )
    words = _("Paid: %(amount)s for window %(window)s")
    return Done(words % {"amount": desk.money(data["amount"]), "window": desk.window}, posted.transaction_id)


def _post_charge(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    posted = services.post_charge(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, charge_code=data["charge_code"], amount=data["amount"],
        quantity=data["quantity"], description=data["description"], exceed_limit=data["exceed_limit"], actor=actor,
        now=now,
    )  # fmt: skip
    words = _("Posted: %(amount)s to window %(window)s")
    return Done(words % {"amount": desk.money(posted.gross), "window": desk.window}, posted.transaction_id)


def _take_deposit(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    deposit = DepositInput(means=data["means"], amount=data["amount"], note=data["note"])
    posted = services.take_deposit(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, deposit=deposit, actor=actor, now=now
    )
    return Done(_("Deposit taken: %(amount)s") % {"amount": desk.money(data["amount"])}, posted.transaction_id)


def _use_deposit(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    posted = services.use_deposit(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, account_id=desk.account_id, amount=data["amount"], actor=actor,
        now=now,
    )  # fmt: skip
    words = _("Deposit used: %(amount)s for window %(window)s")
    return Done(words % {"amount": desk.money(data["amount"]), "window": desk.window}, posted.transaction_id)


def _return_deposit(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    deposit = DepositInput(means=data["means"], amount=data["amount"], note=data["note"])
    posted = services.refund_deposit(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, deposit=deposit, actor=actor, now=now
    )
    return Done(_("Deposit returned: %(amount)s") % {"amount": desk.money(data["amount"])}, posted.transaction_id)


def _refund(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    _require_line(desk, data["payment"])
    held = refunds.wired_hold_of(hotel_id=desk.hotel.pk, transaction_id=data["payment"])
    if held is not None:
        refunds.refund_hold(
            hotel_id=desk.hotel.pk, hold_id=held, amount=data["amount"], reason=data["reason"], actor=actor, now=now
        )
        return Done(_("The bank is asked to give back %(amount)s") % {"amount": desk.money(data["amount"])})
    posted = services.refund_payment(
        hotel_id=desk.hotel.pk, payment_id=data["payment"], amount=data["amount"], reason=data["reason"], actor=actor,
        now=now,
    )  # fmt: skip
    return Done(_("Refunded: %(amount)s") % {"amount": desk.money(data["amount"])}, posted.transaction_id)


def _reverse(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    _require_line(desk, data["transaction"])
    services.reverse_transaction(
        hotel_id=desk.hotel.pk, transaction_id=data["transaction"], reason=data["reason"], actor=actor, now=now
    )
    return Done(_("Reversed. The original posting stays on the bill."))


def _transfer(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    folio, window = desk.folio, data["target"]
    if data["other"]:
        folio, window = folio_view(hotel_id=desk.hotel.pk, number=data["other"].strip().upper()), 1
    moved = services.transfer_charges(
        hotel_id=desk.hotel.pk, transaction_ids=desk.chosen, source_id=desk.account_id,
        target_id=folio.window(int(window)).account_id, amount=data["amount"], reason=data["reason"],
        exceed_limit=data["exceed_limit"], actor=actor, now=now,
    )  # fmt: skip
    words = _("Moved: %(amount)s to %(target)s")
    target = folio.number if folio.pk != desk.folio.pk else _("window %(window)s") % {"window": window}
    single = moved.transaction_ids[0] if len(moved.transaction_ids) == 1 else None
    return Done(words % {"amount": desk.money(moved.amount), "target": target}, single)


def _add_window(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    window = services.add_window(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, payee=data["payee"], actor=actor, now=now
    )
    return Done(_("Window %(window)s was added") % {"window": window.number})


def _close(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    services.close_folio(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, actor=actor, now=now)
    return Done(_("The bill is closed"))


def _reopen(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    services.reopen_folio(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, reason=data["reason"], actor=actor, now=now)
    return Done(_("The bill is open again"))


def _require_line(desk: Desk, transaction_id: int) -> None:
    if desk.folio.line(transaction_id) is None:
        raise NotFound


ACTIONS: dict[str, Action] = {
    "charges": Action(Permission.POST_CHARGE, gettext_lazy("Post a charge"), "charge", _charge_form, _post_charge),
    "deposits": Action(
        Permission.TAKE_DEPOSIT, gettext_lazy("Take a deposit"), "deposit", _deposit_form, _take_deposit
    ),
    "deposit-use": Action(Permission.TAKE_PAYMENT, gettext_lazy("Use the deposit"), "use", _use_form, _use_deposit),
    "deposit-return": Action(
        Permission.REFUND_DEPOSIT, gettext_lazy("Return the deposit"), "deposit", _return_form, _return_deposit
    ),
    "refunds": Action(Permission.REFUND_PAYMENT, gettext_lazy("Refund"), "refund", _refund_form, _refund),
    "reversals": Action(Permission.REVERSE, gettext_lazy("Reverse"), "reversal", _reversal_form, _reverse),
    "transfers": Action(Permission.TRANSFER, gettext_lazy("Move charges"), "transfer", _transfer_form, _transfer),
    "windows": Action(
        Permission.TRANSFER, gettext_lazy("New window"), "window",
        lambda _desk, data: forms.WindowForm(data, auto_id="window_%s"), _add_window,
    ),
    "close": Action(
        Permission.TAKE_PAYMENT, gettext_lazy("Close the bill"), "close",
        lambda _desk, data: forms.MoneyForm(data), _close,
    ),
    "reopen": Action(
        Permission.REVERSE, gettext_lazy("Reopen the bill"), "reopen",
        lambda _desk, data: forms.ReasonForm(data, auto_id="reopen_%s"), _reopen,
    ),
}  # fmt: skip
