"""Messages to guests: the log, one by hand, what to do about those that were given up."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.present import decode_cursor, encode_cursor
from binzhi.api.schemas.messages import MessageIn, MessageOut, MessagePageOut, MessageQueuedOut
from binzhi.api.types import Code, Cursor, IdempotencyKey, Key, Limit, Number
from binzhi.engagement import queries, services
from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Kind, State
from binzhi.engagement.rendering import Wording
from binzhi.kernel.errors import InvalidInput
from binzhi.reservations.queries import reservation_view

router = Router(tags=["messages"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
LARGEST_ID = 2**63


class LogFilters(Schema):
    """Filters of the log."""

    state: State | None = None
    kind: Kind | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@router.get("/hotels/{hotel}/messages", response=MessagePageOut, operation_id="list_messages")
def listing(request: ApiRequest, hotel: Code, search: Query[LogFilters]) -> HttpResponse:
    """Messages, the newest first, without their words; pages by cursor."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = queries.message_log(
        hotel_id=request.hotel.pk, state=search.state or "", kind=search.kind or "", before=_before(search.cursor),
        limit=search.limit + 1,
    )  # fmt: skip
    page = rows[: search.limit]
    return json_response(
        {
            "items": [{name: getattr(row, name) for name in MessageOut.model_fields} for row in page],
            "next": encode_cursor(page[-1].id) if len(rows) > search.limit else None,
        }
    )


def _before(cursor: str) -> int | None:
    key = decode_cursor(cursor)
    if key is None:
        return None
    if len(key) != 1 or not isinstance(key[0], int) or not 0 < key[0] < LARGEST_ID:
        raise InvalidInput(field="cursor")
    return key[0]


@router.post(
    "/hotels/{hotel}/reservations/{number}/messages", response={201: MessageQueuedOut}, operation_id="send_message"
)
def send(request: ApiRequest, hotel: Code, number: Number, payload: MessageIn, key: KeyHeader) -> HttpResponse:
    """Send a message to the guest of a reservation, in these words, at once. The same key sends it once."""
    request.actor.require(Permission.SEND, request.hotel.pk)
    message = services.ByHand(
        payload.kind.value, payload.way.value, payload.language, Wording(payload.subject, payload.body), f"api:{key}"
    )

    def work() -> dict[str, Any]:
        view = reservation_view(hotel_id=request.hotel.pk, number=number)
        made = services.send_by_hand(
            hotel_id=request.hotel.pk, reservation_id=view.id, message=message, actor=request.actor, now=now()
        )
        return {"id": made}

    return once(request, key=key, route=f"send_message:{number}", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/messages/{message_id}/resend", response=MessageQueuedOut, operation_id="resend_message")
def resend(request: ApiRequest, hotel: Code, message_id: Key) -> HttpResponse:
    """Try again what was given up."""
    services.resend_message(hotel_id=request.hotel.pk, message_id=message_id, actor=request.actor, now=now())
    return json_response({"id": message_id})


@router.post("/hotels/{hotel}/messages/{message_id}/cancel", response=MessageQueuedOut, operation_id="cancel_message")
def cancel(request: ApiRequest, hotel: Code, message_id: Key) -> HttpResponse:
    """Take back what waits or was given up."""
    services.cancel_message(hotel_id=request.hotel.pk, message_id=message_id, actor=request.actor, now=now())
    return json_response({"id": message_id})
