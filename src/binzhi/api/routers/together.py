"""Who shares a room, which rooms belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import together as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.frontdesk.together import joining, sharing
from binzhi.frontdesk.together.queries import party_of, people_here
from binzhi.frontdesk.together.sharing import Share

router = Router(tags=["stays"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
STAY = "/hotels/{hotel}/stays/{stay_id}"


def _state(request: ApiRequest, stay_id: int) -> dict[str, Any]:
    hotel_id = request.hotel.pk
    party = party_of(hotel_id=hotel_id, room_reservation_id=stay_id)
    people = people_here(hotel_id=hotel_id, room_reservation_id=stay_id)
    return {
        "people": [
            {
                "registration": one.registration_id, "is_main": one.is_main, "percent": f"{one.percent:.2f}",
                "window": one.window, "balance": f"{one.balance:.2f}",
            }
            for one in people
        ],
        "rooms": [
            {
                "stay": one.stay_id, "room": one.room, "status": one.status, "pays": one.pays,
                "balance": f"{one.balance:.2f}",
            }
            for one in (party.rooms if party else ())
        ],
    }  # fmt: skip


@router.get(STAY + "/together", response=schemas.TogetherOut, operation_id="get_together")
def read(request: ApiRequest, hotel: Code, stay_id: Key) -> HttpResponse:
    """Who is registered in a stay and what each pays of it; the rooms it is joined with."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    stay_card(hotel=request.hotel, room_reservation_id=stay_id)
    return json_response(_state(request, stay_id))


def _do(
    request: ApiRequest, stay_id: int, key: str, route: str, body: dict[str, Any], deed: Callable[[], object]
) -> HttpResponse:  # fmt: skip
    def work() -> dict[str, Any]:
        deed()
        return _state(request, stay_id)

    return once(request, key=key, route=f"{route}:{stay_id}", body=body, work=work)


@router.post(STAY + "/shares", response={201: schemas.TogetherOut}, operation_id="share_room")
def share(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.SharesIn, key: KeyHeader) -> HttpResponse:
    """Say how much of the room each of its guests pays from now on; an empty list ends all shares."""
    request.actor.require(Permission.CHANGE_STAY, request.hotel.pk)
    shares = [Share(registration_id=one.registration, percent=one.percent) for one in payload.shares]

    def deed() -> None:
        sharing.share_room(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, shares=shares, actor=request.actor, now=now()
        )

    return _do(request, stay_id, key, "share_room", payload.model_dump(), deed)


@router.post(
    STAY + "/guests/{registration_id}/leave", response={201: schemas.TogetherOut}, operation_id="sharer_leaves"
)
def leave(
    request: ApiRequest, hotel: Code, stay_id: Key, registration_id: Annotated[Key, Path()], key: KeyHeader
) -> HttpResponse:
    """One of several guests leaves; the others stay."""
    request.actor.require(Permission.CHANGE_STAY, request.hotel.pk)

    def deed() -> None:
        sharing.sharer_leaves(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, registration_id=registration_id,
            actor=request.actor, now=now(),
        )  # fmt: skip

    return _do(request, stay_id, key, f"sharer_leaves:{registration_id}", {}, deed)


@router.post(STAY + "/join", response={201: schemas.TogetherOut}, operation_id="join_rooms")
def join(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.JoinIn, key: KeyHeader) -> HttpResponse:
    """Let rooms belong together."""
    request.actor.require(Permission.CHANGE_STAY, request.hotel.pk)

    def deed() -> None:
        joining.join_rooms(
            hotel_id=request.hotel.pk, room_reservation_ids=[stay_id, *payload.stays],
            payer_id=payload.payer if payload.payer is not None else stay_id, actor=request.actor, now=now(),
        )  # fmt: skip

    return _do(request, stay_id, key, "join_rooms", payload.model_dump(), deed)


@router.post(STAY + "/part", response={201: schemas.TogetherOut}, operation_id="part_room")
def part(request: ApiRequest, hotel: Code, stay_id: Key, key: KeyHeader) -> HttpResponse:
    """Take a room out of its party."""
    request.actor.require(Permission.CHANGE_STAY, request.hotel.pk)

    def deed() -> None:
        joining.part_room(hotel_id=request.hotel.pk, room_reservation_id=stay_id, actor=request.actor, now=now())

    return _do(request, stay_id, key, "part_room", {}, deed)


@router.post(STAY + "/check-out-party", response={201: schemas.PartyOutOut}, operation_id="check_out_party")
def check_out_party(
    request: ApiRequest, hotel: Code, stay_id: Key, key: KeyHeader, exceed_limit: bool = False
) -> HttpResponse:
    """Check out all of a party but the room that pays; who cannot leave is named with why."""
    request.actor.require(Permission.CHECK_OUT, request.hotel.pk)

    def work() -> dict[str, Any]:
        stay_card(hotel=request.hotel, room_reservation_id=stay_id)
        done = joining.check_out_party(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, exceed_limit=exceed_limit, actor=request.actor,
            now=now(),
        )  # fmt: skip
        refused = [
            {"stay": one.room_reservation_id, "room": one.room, "code": one.code, "text": one.text}
            for one in done.refused
        ]
        return {"done": list(done.done), "refused": refused}

    return once(request, key=key, route=f"check_out_party:{stay_id}", body={"exceed": exceed_limit}, work=work)
