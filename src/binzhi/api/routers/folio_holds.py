"""Pre-authorisations: hold an amount on a card, take from it, hold it longer, let it go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import folio_holds as schemas
from binzhi.api.types import Code, IdempotencyKey, Key, Number
from binzhi.billing import queries
from binzhi.billing.access import Permission
from binzhi.billing.holds import services
from binzhi.billing.holds.queries import HoldRow, holds
from binzhi.billing.holds.refunds import refund_hold
from binzhi.billing.holds.services import Slip
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO

router = Router(tags=["pre-authorisations"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
HoldKey = Annotated[Key, Path()]
BILL = "/hotels/{hotel}/folios/{number}/holds"
ONE = BILL + "/{hold_id}"


@router.get(BILL, response=schemas.HoldListOut, operation_id="list_holds")
def listing(request: ApiRequest, hotel: Code, number: Number) -> HttpResponse:
    """The pre-authorisations of a bill, newest first."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
    return json_response({"holds": [_out(row) for row in holds(hotel_id=request.hotel.pk, folio_id=view.pk)]})


def _out(row: HoldRow) -> dict[str, Any]:
    return {
        "id": row.pk, "folio": row.folio, "state": row.state, "amount": f"{row.amount:.2f}",
        "captured": f"{row.captured:.2f}", "given_back": f"{row.given_back:.2f}",
        "card_tail": row.card_tail, "auth_code": row.auth_code,
        "by_hand": row.by_hand, "expires_on": row.expires_on, "step": row.step_kind, "step_state": row.step_state,
        "error": row.step_error,
    }  # fmt: skip


@router.post(BILL, response={201: schemas.HoldMadeOut}, operation_id="place_hold")
def place(request: ApiRequest, hotel: Code, number: Number, payload: schemas.HoldIn, key: KeyHeader) -> HttpResponse:
    """Have an amount held; the bank's answer is read from the list."""
    request.actor.require(Permission.HOLD, request.hotel.pk)

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        made = services.place_hold(
            hotel_id=request.hotel.pk, folio_id=view.pk, amount=payload.amount, note=payload.note,
            slip=Slip(auth_code=payload.auth_code, card_tail=payload.card_tail), actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route=f"place_hold:{number}", body=payload.model_dump(), work=work)


def _about(
    request: ApiRequest, number: str, hold_id: int, key: str, route: str, body: dict[str, Any],
    deed: Callable[[queries.FolioView], None],
) -> HttpResponse:  # fmt: skip
    request.actor.require(Permission.HOLD, request.hotel.pk)

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        if not holds(hotel_id=request.hotel.pk, folio_id=view.pk, hold_id=hold_id):
            raise NotFound
        deed(view)
        return {"id": hold_id}

    return once(request, key=key, route=f"{route}:{hold_id}", body=body, work=work)


@router.post(ONE + "/capture", response={201: schemas.HoldMadeOut}, operation_id="capture_hold")
def capture(
    request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, payload: schemas.CaptureIn, key: KeyHeader
) -> HttpResponse:
    """Take what a window owes; the rest goes back to the guest. Booked when the bank says so."""

    def deed(view: queries.FolioView) -> None:
        services.capture_hold(
            hotel_id=request.hotel.pk, hold_id=hold_id, account_id=view.window(payload.window).account_id,
            amount=payload.amount, auth_code=payload.auth_code, actor=request.actor, now=now(),
        )  # fmt: skip

    return _about(request, number, hold_id, key, "capture_hold", payload.model_dump(), deed)


@router.post(ONE + "/extend", response={201: schemas.HoldMadeOut}, operation_id="extend_hold")
def extend(
    request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, payload: schemas.ExtendIn, key: KeyHeader
) -> HttpResponse:
    """Have it held longer, and more of it."""

    def deed(_view: queries.FolioView) -> None:
        services.extend_hold(
            hotel_id=request.hotel.pk, hold_id=hold_id, more=payload.more or ZERO, auth_code=payload.auth_code,
            actor=request.actor, now=now(),
        )  # fmt: skip

    return _about(request, number, hold_id, key, "extend_hold", payload.model_dump(), deed)


@router.post(ONE + "/release", response={201: schemas.HoldMadeOut}, operation_id="release_hold")
def release(
    request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, payload: schemas.ReleaseIn, key: KeyHeader
) -> HttpResponse:
    """Give the guest the whole amount free again."""

    def deed(_view: queries.FolioView) -> None:
        services.release_hold(
            hotel_id=request.hotel.pk, hold_id=hold_id, reason=payload.reason, auth_code=payload.auth_code,
            actor=request.actor, now=now(),
        )  # fmt: skip

    return _about(request, number, hold_id, key, "release_hold", payload.model_dump(), deed)


@router.post(ONE + "/refund", response={201: schemas.HoldMadeOut}, operation_id="refund_hold")
def refund(
    request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, payload: schemas.HoldRefundIn, key: KeyHeader
) -> HttpResponse:
    """Have the bank give back what it took, or a part. Booked when the bank says so."""

    def deed(_view: queries.FolioView) -> None:
        refund_hold(
            hotel_id=request.hotel.pk, hold_id=hold_id, amount=payload.amount, reason=payload.reason,
            actor=request.actor, now=now(),
        )  # fmt: skip

    return _about(request, number, hold_id, key, "refund_hold", payload.model_dump(), deed)


@router.post(ONE + "/ask-again", response={201: schemas.HoldMadeOut}, operation_id="ask_hold_again")
def ask_again(request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, key: KeyHeader) -> HttpResponse:
    """Ask the bank now what became of a request it has not answered."""

    def deed(_view: queries.FolioView) -> None:
        services.ask_again(hotel_id=request.hotel.pk, hold_id=hold_id, actor=request.actor, now=now())

    return _about(request, number, hold_id, key, "ask_hold_again", {}, deed)


@router.post(ONE + "/give-up", response={201: schemas.HoldMadeOut}, operation_id="give_up_hold_request")
def give_up(request: ApiRequest, hotel: Code, number: Number, hold_id: HoldKey, key: KeyHeader) -> HttpResponse:
    """Have a request without an answer undone, and never done later."""

    def deed(_view: queries.FolioView) -> None:
        services.give_up(hotel_id=request.hotel.pk, hold_id=hold_id, actor=request.actor, now=now())

    return _about(request, number, hold_id, key, "give_up_hold_request", {}, deed)
