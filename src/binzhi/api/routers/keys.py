"""Key cards: those of a stay, one more, one void."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import keys as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.keys import services
from binzhi.frontdesk.keys.queries import keys
from binzhi.frontdesk.queries.stay import stay_card

router = Router(tags=["key cards"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
CardKey = Annotated[Key, Path()]
FIELDS = ("room", "state", "card_no", "is_copy", "by_hand", "valid_until", "void_reason", "error")


@router.get("/hotels/{hotel}/stays/{stay_id}/keys", response=schemas.KeyListOut, operation_id="list_keys")
def listing(request: ApiRequest, hotel: Code, stay_id: Key) -> HttpResponse:
    """The cards of a stay, newest first."""
    request.actor.require(Permission.MAKE_KEYS, request.hotel.pk)
    stay_card(hotel=request.hotel, room_reservation_id=stay_id)
    rows = keys(hotel_id=request.hotel.pk, room_reservation_id=stay_id)
    return json_response({"keys": [{"id": row.pk} | {name: getattr(row, name) for name in FIELDS} for row in rows]})


@router.post("/hotels/{hotel}/stays/{stay_id}/keys", response={201: schemas.KeysMadeOut}, operation_id="make_keys")
def make(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.KeysIn, key: KeyHeader) -> HttpResponse:
    """Have cards made; what became of them is read from the list."""
    request.actor.require(Permission.MAKE_KEYS, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = services.make_keys(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, count=payload.count, by_hand=payload.by_hand,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"keys": made}

    return once(request, key=key, route=f"make_keys:{stay_id}", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/keys/{key_id}/void", response={201: schemas.KeysMadeOut}, operation_id="void_key")
def void(request: ApiRequest, hotel: Code, key_id: CardKey, payload: schemas.VoidIn, key: KeyHeader) -> HttpResponse:
    """Let a card open nothing any more."""
    request.actor.require(Permission.MAKE_KEYS, request.hotel.pk)

    def work() -> dict[str, Any]:
        services.void_key(
            hotel_id=request.hotel.pk, key_id=key_id, reason=payload.reason, actor=request.actor, now=now()
        )
        return {"keys": [key_id]}

    return once(request, key=key, route=f"void_key:{key_id}", body=payload.model_dump(), work=work)
