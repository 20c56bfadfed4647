"""Reservations in the words of the desk: why an offer cannot be booked, what cancelling costs, states as chips."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from binzhi.kernel.errors import DomainError
from binzhi.kernel.standing import Standing, standing
from binzhi.kernel.ui import formats
from binzhi.property.enums import BedType
from binzhi.property.queries import RoomTypeRef
from binzhi.reservations.enums import FeeKind, Guarantee, Status
from binzhi.reservations.fees import Fee, Policy, Step
from binzhi.reservations.queries.policies import PlanPolicy

REFUSALS: dict[str, str | Promise] = {
    "sold_out": gettext_lazy("Sold out"),
    "closed": gettext_lazy("Sale stopped"),
    "not_on_sale": gettext_lazy("Not on sale"),
    "plan_closed": gettext_lazy("Rate closed"),
    "closed_to_arrival": gettext_lazy("No arrival that day"),
    "closed_to_departure": gettext_lazy("No departure that day"),
    "min_nights": gettext_lazy("From %(nights)s nights"),
    "max_nights": gettext_lazy("Up to %(nights)s nights"),
    "min_advance": gettext_lazy("Book %(days)s days ahead"),
    "max_advance": gettext_lazy("At most %(days)s days ahead"),
    "not_valid": gettext_lazy("Not valid for these dates"),
    "not_for_guest": gettext_lazy("Agreement only"),
    "members_only": gettext_lazy("Members only"),
    "no_price": gettext_lazy("No price set"),
    "floor_broken": gettext_lazy("Below the floor of %(floor)s"),
    "too_many_guests": gettext_lazy("Holds %(guests)s, %(adults)s adults"),
}
STATUS_CHIPS = {
    Status.RESERVED: ("ok", "calendar-check"),
    Status.IN_HOUSE: ("info", "bed"),
    Status.CHECKED_OUT: ("", "depart"),
    Status.CANCELLED: ("", "ban"),
    Status.NO_SHOW: ("soon", "person-off"),
}
SCARCE = 5


def refusal_words(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Why an offer cannot be booked, in two or three words; empty when it can."""
    if not code:
        return ""
    sentence = str(REFUSALS.get(code, _("Cannot be booked")))
    return sentence % params if params else sentence


def left_words(left: int) -> str:
    return ngettext("%(n)s left", "%(n)s left", left) % {"n": left}


def type_facts(kind: RoomTypeRef) -> str:
    """42 m² · King bed."""
    facts = [f"{kind.area.normalize():f} m²"] if kind.area else []
    facts.append(str(BedType(kind.bed_type).label))
    return pgettext("between facts", " · ").join(facts)


def fee_words(fee: Fee) -> str:
    if fee.kind == FeeKind.FIRST_NIGHT:
        return _("the first night")
    if fee.kind == FeeKind.NIGHTS:
        return ngettext("the first %(n)s night", "the first %(n)s nights", fee.nights) % {"n": fee.nights}
    if fee.kind == FeeKind.FIXED:
        return _("a fixed amount")
    if fee.kind == FeeKind.PERCENT:
        return _("%(percent)s%% of the stay") % {"percent": f"{fee.percent.normalize():f}"}
    return _("the whole stay")


def policy_sentence(policy: PlanPolicy, *, arrival: date, prices: Sequence[Decimal], currency: str) -> str:
    """Until when cancelling is free, what it costs from each deadline on, what a no-show costs, which deposit."""
    terms = policy.terms

    def costs(fee: Fee) -> dict[str, str]:
        amount = formats.money(fee.of(prices, currency=currency), currency=currency)
        return {"what": fee_words(fee), "amount": amount}

    first, *later = cancelling_words(terms, arrival=arrival, costs=costs)
    said = [first, *later]
    if terms.no_show_kind == FeeKind.NONE:
        said.append(_("A no-show costs nothing."))
    else:
        said.append(_("A no-show costs %(what)s, %(amount)s per room.") % costs(terms.no_show))
    if terms.deposit_kind != FeeKind.NONE:
        said.append(_("A deposit is asked for: %(what)s, %(amount)s per room.") % costs(terms.deposit))
        said.append(deposit_words(terms))
    return functools.reduce(
        lambda one, two: pgettext("two sentences", "%(first)s %(second)s") % {"first": one, "second": two},
        [sentence for sentence in said if sentence],
    )


def cancelling_words(terms: Policy, *, arrival: date, costs: Callable[[Fee], dict[str, str]]) -> list[str]:
    """A sentence for every deadline from which on something is paid."""
    steps = terms.deadlines
    while steps and steps[0].fee.kind == FeeKind.NONE:
        steps = steps[1:]
    if not steps:
        return [_("Free to cancel until arrival.")]

    def when(step: Step) -> str:
        return f"{datetime.combine(arrival - timedelta(days=step.days_before), step.until):%m-%d %H:%M}"

    said = [
        _("Free to cancel before %(when)s; after that %(what)s, %(amount)s per room.")
        % ({"when": when(steps[0])} | costs(steps[0].fee))
    ]
    for step in steps[1:]:
        if step.fee.kind == FeeKind.NONE:
            said.append(_("After %(when)s it is free again.") % {"when": when(step)})
        else:
            said.append(
                _("After %(when)s it is %(what)s, %(amount)s per room.") % ({"when": when(step)} | costs(step.fee))
            )
    return said


def deposit_words(terms: Policy) -> str:
    """By when the deposit is to be paid."""
    days = []
    if terms.deposit_after is not None:
        days.append(
            ngettext("within %(n)s day of booking", "within %(n)s days of booking", terms.deposit_after)
            % {"n": terms.deposit_after}
        )
    if terms.deposit_before is not None:
        days.append(
            ngettext("%(n)s day before arrival", "%(n)s days before arrival", terms.deposit_before)
            % {"n": terms.deposit_before}
        )
    if not days:
        return _("It is to be paid at once.")
    if len(days) == 1:
        return _("It is to be paid %(when)s.") % {"when": days[0]}
    return _("It is to be paid %(one)s, at the latest %(other)s.") % {"one": days[0], "other": days[1]}


GUARANTEES: dict[str, str | Promise] = {
    Guarantee.NONE: pgettext_lazy("guarantee", "None"),
    Guarantee.DEPOSIT: pgettext_lazy("guarantee", "Deposit"),
    Guarantee.CARD: pgettext_lazy("guarantee", "Card"),
    Guarantee.COMPANY: pgettext_lazy("guarantee", "Company"),
}


def guarantee_word(value: str) -> str:
    """What stands behind a reservation, in a word."""
    return str(GUARANTEES.get(value, value))


def vip_rank(level: str, rank: int = 0) -> Standing:
    """The badge of a level of the guest file; 0 for none."""
    return standing(level, rank)


DUE = {"due_in": pgettext_lazy("room mark", "Due in"), "due_out": pgettext_lazy("room mark", "Due out")}


def due_words(due: str) -> str:
    """Derived from the hotel day: expected today, leaving today."""
    return str(DUE.get(due, ""))


def refuse(form: forms.Form, refusal: DomainError) -> None:
    """Put a service's refusal beside its field; what has none on this form stands above all fields."""
    name = refusal.field.rpartition(".")[2]
    form.add_error(name if name in form.fields else None, refusal.text)
