"""The book of rates for programs: see the effect, paint, apply the rules, take back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.types import Code, IdempotencyKey, Key, Number
from binzhi.billing.payments import DepositInput
from binzhi.kernel.errors import InvalidInput
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.conditions.queries import deposits_asked
from binzhi.reservations.conditions.services import take_deposit as take_reservation_deposit
from binzhi.reservations.queries import reservation_view
from binzhi.reservations.ratebook import queries, services
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.effects import Effect
from binzhi.reservations.ratebook.services import Painted

router = Router(tags=["rates"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
MOST_CHANGES = 500


@router.post("/hotels/{hotel}/rates/preview", response=schemas.EffectOut, operation_id="preview_painting")
def preview(request: ApiRequest, hotel: Code, payload: schemas.PaintIn) -> HttpResponse:
    """What a painting would change; nothing is written."""
    return _effect(services.preview(hotel_id=request.hotel.pk, brush=_brush(payload), actor=request.actor))


@router.post("/hotels/{hotel}/rates/preview-rules", response=schemas.EffectOut, operation_id="preview_rate_rules")
def preview_rules(request: ApiRequest, hotel: Code, payload: schemas.ApplyRulesIn) -> HttpResponse:
    """What applying the rules of a rate would change; nothing is written."""
    asked = payload.model_dump(exclude={"effect"})
    return _effect(services.preview_rules(hotel_id=request.hotel.pk, actor=request.actor, **asked))


def _effect(effect: Effect) -> HttpResponse:
    return json_response(
        {
            "effect": effect.digest,
            "changed": len(effect.cells),
            "nights": effect.nights,
            "unpriced": effect.unpriced,
            "changes": [
                {
                    "night": cell.night,
                    "room_type_id": cell.room_type_id,
                    "rate_plan_id": cell.rate_plan_id,
                    "before": cell.before,
                    "after": cell.after,
                }
                for cell in effect.cells[:MOST_CHANGES]
            ],
            "below_floor": [
                {
                    "night": one.night,
                    "room_type": one.room_type,
                    "rate_plan": one.rate_plan,
                    "price": f"{one.price:.2f}",
                    "floor": f"{one.floor:.2f}",
                }
                for one in effect.broken[:MOST_CHANGES]
            ],
        }
    )


@router.post("/hotels/{hotel}/rates/paintings", response={201: schemas.PaintedOut}, operation_id="paint_rates")
def paint(request: ApiRequest, hotel: Code, payload: schemas.PaintIn) -> HttpResponse:
    """Write prices, restrictions and limits over nights as one painting that can be taken back."""
    done = services.paint(
        hotel_id=request.hotel.pk, brush=_brush(payload), reason=payload.reason, shown=payload.effect,
        actor=request.actor, now=now(),
    )  # fmt: skip
    return json_response(_painted(done), status=201)


@router.get("/hotels/{hotel}/rates/paintings", response=schemas.PaintingListOut, operation_id="list_paintings")
def paintings(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The last fifty paintings, newest first."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    return json_response(
        {
            "items": [
                {
                    "painting_id": one.pk,
                    "at": one.at,
                    "source": one.source,
                    "first": one.first,
                    "last": one.last,
                    "changed": one.cells,
                    "below_floor": one.under_floor,
                    "undoes": one.undoes_id,
                    "undone_by": one.undone_by,
                }
                for one in queries.paintings(hotel_id=request.hotel.pk, limit=50)
            ]
        }
    )


@router.post(
    "/hotels/{hotel}/rates/paintings/{painting_id}/undo",
    response={201: schemas.PaintedOut},
    operation_id="undo_painting",
)
def undo(request: ApiRequest, hotel: Code, painting_id: Key) -> HttpResponse:
    """Take a whole painting back; refused where something was changed since."""
    done = services.undo_painting(hotel_id=request.hotel.pk, painting_id=painting_id, actor=request.actor, now=now())
    return json_response(_painted(done), status=201)


@router.post("/hotels/{hotel}/rates/apply-rules", response={201: schemas.PaintedOut}, operation_id="apply_rate_rules")
def apply_rules(request: ApiRequest, hotel: Code, payload: schemas.ApplyRulesIn) -> HttpResponse:
    """Write the prices that the rules of a rate make of its base prices."""
    asked = payload.model_dump(exclude={"effect"})
    done = services.apply_rules(
        hotel_id=request.hotel.pk, **asked, shown=payload.effect, actor=request.actor, now=now()
    )  # fmt: skip
    return json_response(_painted(done), status=201)


@router.put("/hotels/{hotel}/calendar-days", response=schemas.ChangedOut, operation_id="correct_calendar_days")
def calendar_days(request: ApiRequest, hotel: Code, payload: schemas.CalendarDaysIn) -> HttpResponse:
    """Say what days are to this hotel: a holiday announced late, a local festival, a make-up workday."""
    changed = correct_days(hotel_id=request.hotel.pk, **payload.model_dump(), actor=request.actor, now=now())
    return json_response({"changed": changed})


def _brush(payload: schemas.PaintIn) -> Brush:
    values: dict[str, Any] = payload.model_dump(exclude={"reason", "effect"})
    for name in ("room_types", "rate_plans", "weekdays"):
        values[name] = tuple(dict.fromkeys(values[name]))
    values["clear"] = frozenset(values["clear"])
    values["percent"] = None if payload.percent is None else Decimal(payload.percent)
    return Brush(**values)


def _painted(done: Painted) -> dict[str, int]:
    return {"painting_id": done.painting_id, "changed": done.cells, "nights": done.nights}


@router.get("/hotels/{hotel}/deposits", response=schemas.DepositListOut, operation_id="list_deposits_asked")
def deposits(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Deposits that are asked for by the conditions of bookings to come, the soonest due first."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    moment = now()
    return json_response(
        {
            "items": [
                {
                    "number": one.number,
                    "arrival": one.arrival,
                    "asked": f"{one.asked:.2f}",
                    "held": f"{one.held:.2f}",
                    "due_at": one.due_at,
                    "overdue": one.is_overdue(moment),
                }
                for one in deposits_asked(hotel=request.hotel)
            ]
        }
    )


@router.post(
    "/hotels/{hotel}/reservations/{number}/deposits",
    response={201: schemas.DepositHeldOut},
    operation_id="take_reservation_deposit",
)
def take_deposit(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.AmountIn, key: KeyHeader
) -> HttpResponse:
    """Hold a deposit for a reservation whose guests are still expected."""
    if payload.currency != request.hotel.currency:
        raise InvalidInput(field="currency")

    def work() -> dict[str, Any]:
        view = reservation_view(hotel_id=request.hotel.pk, number=number)
        take_reservation_deposit(
            hotel_id=request.hotel.pk,
            reservation_id=view.id,
            deposit=DepositInput(means=payload.means, amount=payload.amount),
            actor=request.actor,
            now=now(),
        )
        asked = next(iter(deposits_asked(hotel=request.hotel, reservation_id=view.id)), None)
        return {
            "number": number,
            "asked": f"{asked.asked if asked else 0:.2f}",
            "held": f"{asked.held if asked else payload.amount:.2f}",
        }

    return once(request, key=key, route=f"take_reservation_deposit:{number}", body=payload.model_dump(), work=work)
