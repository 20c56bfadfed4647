"""Money is taken within a shift: a form that meets none asks for one where it stands, and loses nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.http import HttpRequest

from binzhi.billing.cashier import services
from binzhi.billing.cashier_errors import NoOpenShift, SignatureWrong, TooManySignatures, UnknownTill
from binzhi.kernel import clock
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import unit_of_work
from binzhi.people.signatures import TooOften, signature
from binzhi.property.queries import HotelRef

R = TypeVar("R")
TILL, FLOAT = "shift_till", "shift_float"
# Where the refusal is kept until the page is drawn again (see `templatetags.cashier`).
NOTED = "_binzhi_no_shift"


def with_shift(request: HttpRequest, hotel: HotelRef, actor: Actor, work: Callable[[], R]) -> Callable[[], R]:
    """`work`, begun with opening the shift when the form says at which till; both happen or neither."""

    def done() -> R:
        opens = bool(request.POST.get(TILL))
        try:
            with unit_of_work():
                if opens:
                    services.open_shift(**_asked(request), hotel_id=hotel.pk, actor=actor, now=clock.now())
                return work()
        except DomainError as refusal:
            # What is refused later leaves no shift either: it is asked for again.
            if opens or isinstance(refusal, NoOpenShift):
                setattr(request, NOTED, refusal if _is_of_shift(refusal) else NoOpenShift())
            raise

    return done


def no_shift(request: HttpRequest) -> bool:
    """Whether what was asked for met no open shift: the form asks for one when it is drawn again."""
    return hasattr(request, NOTED)


def colleague(request: HttpRequest, *, username: str, password: str, by: object) -> Actor | None:
    """Who signs to take over, None where nobody is named. Raises SignatureWrong, TooManySignatures."""
    if not username:
        return None
    found = signature(request, username=username, password=password, by=by)
    if isinstance(found, TooOften):
        raise TooManySignatures
    if found is None:
        raise SignatureWrong
    return found


def _is_of_shift(refusal: DomainError) -> bool:
    return refusal.field in ("till", "opening_float")


def _asked(request: HttpRequest) -> dict[str, Any]:
    till = request.POST.get(TILL, "")
    if not (till.isascii() and till.isdigit() and len(till) < 18):
        raise UnknownTill
    text = unicodedata.normalize("NFKC", request.POST.get(FLOAT, "")).replace(",", "").strip().lstrip("¥").strip()
    try:
        amount = Decimal(text) if text else ZERO
    except InvalidOperation as error:
        raise InvalidInput(field="opening_float") from error
    return {"till_id": int(till), "opening_float": amount}
