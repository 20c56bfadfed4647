"""Messages for guests, wake-up calls, things in keeping."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import care as schemas
from binzhi.api.types import Code, Day, IdempotencyKey, Key
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.kept import services as keeping
from binzhi.frontdesk.kept.queries import things
from binzhi.frontdesk.kept.services import KeptInput
from binzhi.frontdesk.notes import services as notes
from binzhi.frontdesk.notes.queries import messages
from binzhi.frontdesk.wake_up import services as waking
from binzhi.frontdesk.wake_up.queries import calls_on

router = Router(tags=["stays"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
One = Annotated[Key, Path()]


def _common(request: ApiRequest) -> dict[str, Any]:
    return {"hotel_id": request.hotel.pk, "actor": request.actor, "now": now()}


@router.get("/hotels/{hotel}/guest-messages", response=schemas.GuestMessageListOut, operation_id="list_guest_messages")
def list_messages(request: ApiRequest, hotel: Code, state: Literal["waiting", "all"] = "waiting") -> HttpResponse:
    """Messages that wait for guests, the urgent first; or all."""
    request.actor.require(Permission.TAKE_MESSAGES, request.hotel.pk)
    fields = ("room", "text", "from_whom", "is_urgent", "taken_at", "how", "done_at")
    rows = messages(hotel_id=request.hotel.pk, state=state)
    found = [{"id": row.pk, "stay": row.stay_id} | {name: getattr(row, name) for name in fields} for row in rows]
    return json_response({"messages": found})


@router.post("/hotels/{hotel}/stays/{stay_id}/messages", response={201: schemas.CareOut}, operation_id="take_message")
def take_message(
    request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.GuestNoteIn, key: KeyHeader
) -> HttpResponse:
    """Take a message for a guest."""
    request.actor.require(Permission.TAKE_MESSAGES, request.hotel.pk)

    def work() -> dict[str, Any]:
        return {"id": notes.take_message(room_reservation_id=stay_id, **payload.model_dump(), **_common(request))}

    return once(request, key=key, route=f"take_message:{stay_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/guest-messages/{guest_message_id}/done", response={201: schemas.CareOut},
    operation_id="finish_message",
)  # fmt: skip
def finish_message(
    request: ApiRequest, hotel: Code, guest_message_id: One, payload: schemas.MessageDoneIn, key: KeyHeader
) -> HttpResponse:
    """Note that a message was handed over, or withdrawn."""
    request.actor.require(Permission.TAKE_MESSAGES, request.hotel.pk)

    def work() -> dict[str, Any]:
        notes.finish_message(message_id=guest_message_id, how=payload.how, **_common(request))
        return {"id": guest_message_id}

    return once(request, key=key, route=f"finish_message:{guest_message_id}", body=payload.model_dump(), work=work)


@router.get("/hotels/{hotel}/wake-ups", response=schemas.CallListOut, operation_id="list_wake_ups")
def list_calls(request: ApiRequest, hotel: Code, day: Day) -> HttpResponse:
    """The wake-up calls of a day by time."""
    request.actor.require(Permission.WAKE_UP, request.hotel.pk)
    rows = calls_on(hotel=request.hotel, day=day, now=now())
    found = [
        {
            "id": row.pk, "stay": row.stay_id, "room": row.room, "at": row.at, "state": row.state, "tries": row.tries,
            "next_at": row.next_at, "somebody_goes_up": row.alarms,
        }
        for row in rows
    ]  # fmt: skip
    return json_response({"calls": found})


@router.post("/hotels/{hotel}/stays/{stay_id}/wake-ups", response={201: schemas.CallsOut}, operation_id="ask_wake_up")
def ask_call(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.WakeUpIn, key: KeyHeader) -> HttpResponse:
    """Ask for a call on one morning or several."""
    request.actor.require(Permission.WAKE_UP, request.hotel.pk)

    def work() -> dict[str, Any]:
        calls = waking.ask_wake_up(
            room_reservation_id=stay_id, at=payload.at, days=payload.days, note=payload.note, **_common(request)
        )
        return {"calls": calls}

    return once(request, key=key, route=f"ask_wake_up:{stay_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/groups/{block_id}/wake-ups", response={201: schemas.CountOut},
    operation_id="ask_wake_up_for_group",
)  # fmt: skip
def ask_group(
    request: ApiRequest, hotel: Code, block_id: One, payload: schemas.GroupWakeUpIn, key: KeyHeader
) -> HttpResponse:
    """Ask for a call to every room of a group that is in the house."""
    request.actor.require(Permission.WAKE_UP, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = waking.ask_wake_up_for_group(
            block_id=block_id, at=payload.at, day=payload.day, note=payload.note, **_common(request)
        )
        return {"calls": made}

    return once(request, key=key, route=f"ask_wake_up_for_group:{block_id}", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/wake-ups/{call_id}/result", response={201: schemas.CareOut}, operation_id="note_wake_up")
def note_call(
    request: ApiRequest, hotel: Code, call_id: One, payload: schemas.CallResultIn, key: KeyHeader
) -> HttpResponse:
    """Answered, not answered, cancelled, or somebody went up."""
    request.actor.require(Permission.WAKE_UP, request.hotel.pk)

    def work() -> dict[str, Any]:
        if payload.how == "cancelled":
            waking.cancel_wake_up(call_id=call_id, **_common(request))
        elif payload.how == "seen":
            waking.see_guest(call_id=call_id, **_common(request))
        else:
            waking.note_wake_up(call_id=call_id, answered=payload.how == "answered", **_common(request))
        return {"id": call_id}

    return once(request, key=key, route=f"note_wake_up:{call_id}", body=payload.model_dump(), work=work)


@router.get("/hotels/{hotel}/kept-things", response=schemas.ThingListOut, operation_id="list_kept_things")
def list_things(
    request: ApiRequest, hotel: Code, state: Literal["luggage", "valuables", "uncollected", "collected"] = "luggage"
) -> HttpResponse:
    """Luggage or valuables in keeping, those nobody came for, those given out."""
    request.actor.require(Permission.KEEP_THINGS, request.hotel.pk)
    fields = ("kind", "number", "room", "pieces", "place", "kept_at", "collected_at", "is_overdue")
    rows = things(hotel_id=request.hotel.pk, state=state)
    return json_response({"things": [{"id": row.pk} | {name: getattr(row, name) for name in fields} for row in rows]})


@router.post("/hotels/{hotel}/kept-things", response={201: schemas.KeptThingOut}, operation_id="take_in")
def take_in(request: ApiRequest, hotel: Code, payload: schemas.KeepIn, key: KeyHeader) -> HttpResponse:
    """Take luggage or valuables into keeping."""
    request.actor.require(Permission.KEEP_THINGS, request.hotel.pk)

    def work() -> dict[str, Any]:
        data = payload.model_dump()
        made = keeping.take_in(thing=KeptInput(room_reservation_id=data.pop("stay"), **data), **_common(request))
        return {"id": made.pk, "number": made.number}

    return once(request, key=key, route="take_in", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/kept-things/{thing_id}/move", response={201: schemas.CareOut}, operation_id="move_thing")
def move_thing(
    request: ApiRequest, hotel: Code, thing_id: One, payload: schemas.MoveThingIn, key: KeyHeader
) -> HttpResponse:
    """Put a thing elsewhere."""
    request.actor.require(Permission.KEEP_THINGS, request.hotel.pk)

    def work() -> dict[str, Any]:
        keeping.move_thing(thing_id=thing_id, **payload.model_dump(), **_common(request))
        return {"id": thing_id}

    return once(request, key=key, route=f"move_thing:{thing_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/kept-things/{thing_id}/give-out", response={201: schemas.CareOut}, operation_id="give_out"
)
def give_out(
    request: ApiRequest, hotel: Code, thing_id: One, payload: schemas.GiveOutIn, key: KeyHeader
) -> HttpResponse:
    """Give a thing to whoever shows its receipt."""
    request.actor.require(Permission.KEEP_THINGS, request.hotel.pk)

    def work() -> dict[str, Any]:
        keeping.give_out(thing_id=thing_id, **payload.model_dump(), **_common(request))
        return {"id": thing_id}

    return once(request, key=key, route=f"give_out:{thing_id}", body=payload.model_dump(), work=work)
