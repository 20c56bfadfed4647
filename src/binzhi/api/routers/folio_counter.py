"""The counter: allowances, paid-outs, foreign cash, damage, late charges, approvals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, now, once
from binzhi.api.routers.folios import posted
from binzhi.api.schemas import folio_counter as schemas
from binzhi.api.schemas.folios import PostedOut
from binzhi.api.types import Code, IdempotencyKey, Key, Number
from binzhi.billing import queries
from binzhi.billing.access import Permission
from binzhi.billing.counter import services
from binzhi.billing.counter.authority import Asked
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.counter.services import LateCharge
from binzhi.billing.ledger import Posted
from binzhi.kernel.errors import NotFound

router = Router(tags=["folios"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
ApprovalKey = Annotated[Key, Path()]


@router.post(
    "/hotels/{hotel}/folios/{number}/adjustments", response={201: schemas.DoneOut}, operation_id="adjust_charge"
)
def adjust(request: ApiRequest, hotel: Code, number: Number, payload: schemas.AdjustIn, key: KeyHeader) -> HttpResponse:
    """Lower a charge; above the post's limit it waits for a second person."""
    request.actor.require(Permission.ADJUST, request.hotel.pk)

    def work(view: queries.FolioView) -> Posted | Asked:
        if view.line(payload.transaction) is None:
            raise NotFound(field="transaction")
        return services.adjust_charge(
            hotel_id=request.hotel.pk, transaction_id=payload.transaction,
            account_id=view.window(payload.window).account_id, amount=payload.amount, reason=payload.reason,
            actor=request.actor, now=now(),
        )  # fmt: skip

    return _done(request, number, key, "adjust_charge", payload.model_dump(), work)


@router.post("/hotels/{hotel}/folios/{number}/paid-outs", response={201: schemas.DoneOut}, operation_id="pay_out")
def pay_out(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.PayOutIn, key: KeyHeader
) -> HttpResponse:
    """Lay out money for the guest; above the post's limit it waits for a second person."""
    request.actor.require(Permission.PAY_OUT, request.hotel.pk)

    def work(view: queries.FolioView) -> Posted | Asked:
        return services.pay_out(
            hotel_id=request.hotel.pk, account_id=view.window(payload.window).account_id, amount=payload.amount,
            means=payload.means, reason=payload.reason, exceed_limit=payload.exceed_limit, actor=request.actor,
            now=now(),
        )  # fmt: skip

    return _done(request, number, key, "pay_out", payload.model_dump(), work)


def _done(
    request: ApiRequest, number: str, key: str, route: str, body: dict[str, Any],
    deed: Callable[[queries.FolioView], Posted | Asked],
) -> HttpResponse:  # fmt: skip
    def work() -> dict[str, Any]:
        done = deed(queries.folio_view(hotel_id=request.hotel.pk, number=number))
        after = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        posted_id, asked_id = (
            (None, done.approval_id) if isinstance(done, Asked) else (done.transaction_id, None)
        )  # fmt: skip
        return {"transaction": posted_id, "approval": asked_id, "balance": f"{after.balance:.2f}"}

    return once(request, key=key, route=f"{route}:{number}", body=body, work=work)


@router.post(
    "/hotels/{hotel}/folios/{number}/foreign-payments", response={201: schemas.ForeignOut},
    operation_id="take_foreign_cash",
)  # fmt: skip
def foreign(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.ForeignIn, key: KeyHeader
) -> HttpResponse:
    """Take foreign cash at the noted rate; what is too much goes back in the hotel's currency."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        given = ForeignInput(currency=payload.currency, foreign_amount=payload.foreign_amount, amount=payload.amount)
        done = services.take_foreign_cash(
            hotel_id=request.hotel.pk, account_id=view.window(payload.window).account_id, given=given,
            actor=request.actor, now=now(),
        )  # fmt: skip
        after = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        return {
            "transaction": done.posted.transaction_id, "paid": f"{done.paid:.2f}", "change": f"{done.change:.2f}",
            "balance": f"{after.balance:.2f}",
        }  # fmt: skip

    return once(request, key=key, route=f"take_foreign_cash:{number}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/folios/{number}/compensations", response={201: PostedOut}, operation_id="charge_compensation"
)
def damage(request: ApiRequest, hotel: Code, number: Number, payload: schemas.DamageIn, key: KeyHeader) -> HttpResponse:
    """Charge what was damaged, at its list price or, with a note, another."""

    def work(view: queries.FolioView) -> int:
        return services.charge_compensation(
            hotel_id=request.hotel.pk, account_id=view.window(payload.window).account_id, item_id=payload.item,
            quantity=payload.quantity, amount=payload.amount, note=payload.note, exceed_limit=payload.exceed_limit,
            actor=request.actor, now=now(),
        ).transaction_id  # fmt: skip

    return posted(request, number, key, "charge_compensation", payload.model_dump(), work)


@router.post("/hotels/{hotel}/folios/{number}/late-charges", response={201: PostedOut}, operation_id="post_late_charge")
def late(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.LateChargeIn, key: KeyHeader
) -> HttpResponse:
    """Charge a closed bill and have it paid at once."""

    def work(view: queries.FolioView) -> int:
        given = LateCharge(
            charge_code=payload.code, amount=payload.amount, quantity=payload.quantity, means=payload.means,
            organisation_id=payload.organisation_id, description=payload.description,
            exceed_limit=payload.exceed_limit,
        )  # fmt: skip
        return services.post_late_charge(
            hotel_id=request.hotel.pk, folio_id=view.pk, late=given, actor=request.actor, now=now()
        ).transaction_id

    return posted(request, number, key, "post_late_charge", payload.model_dump(), work)


@router.post(
    "/hotels/{hotel}/approvals/{approval_id}/decision", response={201: schemas.DecisionOut},
    operation_id="decide_approval",
)  # fmt: skip
def decide(
    request: ApiRequest, hotel: Code, approval_id: ApprovalKey, payload: schemas.DecisionIn, key: KeyHeader
) -> HttpResponse:
    """Say yes or no to what a colleague asked for."""
    request.actor.require(Permission.APPROVE, request.hotel.pk)

    def work() -> dict[str, Any]:
        done = services.decide_approval(
            hotel_id=request.hotel.pk, approval_id=approval_id, approve=payload.approve, actor=request.actor, now=now()
        )
        return {"approved": payload.approve, "transaction": done.transaction_id if done else None}

    return once(request, key=key, route=f"decide_approval:{approval_id}", body=payload.model_dump(), work=work)
