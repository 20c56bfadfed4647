"""Registration by programs: visitors, minors who are looked after, what is completed later, reports to the police."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.present import decode_cursor, encode_cursor
from binzhi.api.schemas.registration import (
    CompletionIn,
    MinorClosedIn,
    MinorRoundIn,
    PoliceReceiptIn,
    PoliceReportOut,
    ReportDoneOut,
    ReportPageOut,
    VisitorIn,
    VisitorOut,
)
from binzhi.api.types import Code, Cursor, IdempotencyKey, Key, Limit
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.police import outcomes, queries
from binzhi.frontdesk.registration import completing, minors, visitors
from binzhi.frontdesk.registration.queries import stay_in_room
from binzhi.frontdesk.requests import DocumentInput, Particulars
from binzhi.kernel.errors import InvalidInput

router = Router(tags=["registration"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
LARGEST_ID = 2**63


class ReportFilters(Schema):
    """Filters of the list."""

    which: Literal["all", "owed", "overdue", "held", "received"] = "all"
    limit: Limit = 50
    cursor: Cursor = ""


@router.get("/hotels/{hotel}/police-reports", response=ReportPageOut, operation_id="list_police_reports")
def reports(request: ApiRequest, hotel: Code, search: Query[ReportFilters]) -> HttpResponse:
    """Reports to the police: all and the received ones by pages, the newest first; open ones by their limit."""
    request.actor.require(Permission.SEE_REPORTS, request.hotel.pk)
    which = "" if search.which == "all" else search.which
    paged = which in ("", queries.RECEIVED_TAB)
    rows = queries.reports(
        hotel_id=request.hotel.pk, now=now(), tab=which, before=_before(search.cursor) if paged else None,
        limit=search.limit + 1,
    )  # fmt: skip
    page = rows[: search.limit]
    return json_response(
        {
            "items": [{name: getattr(row, name) for name in PoliceReportOut.model_fields} for row in page],
            "next": encode_cursor(page[-1].id) if paged and len(rows) > search.limit else None,
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
    "/hotels/{hotel}/police-reports/{report_id}/again", response=ReportDoneOut, operation_id="report_to_police_again"
)
def again(request: ApiRequest, hotel: Code, report_id: Key) -> HttpResponse:
    """Report again at once what was sent back or lacked something."""
    outcomes.send_again(hotel_id=request.hotel.pk, report_id=report_id, actor=request.actor, now=now())
    return json_response({"id": report_id})


@router.post(
    "/hotels/{hotel}/police-reports/{report_id}/receipt", response=ReportDoneOut, operation_id="note_police_receipt"
)
def receipt(request: ApiRequest, hotel: Code, report_id: Key, payload: PoliceReceiptIn) -> HttpResponse:
    """It was reported another way: its receipt. The second is refused."""
    outcomes.note_by_hand(
        hotel_id=request.hotel.pk, report_id=report_id, receipt=payload.receipt, actor=request.actor, now=now()
    )
    return json_response({"id": report_id})


@router.post(
    "/hotels/{hotel}/stays/{stay_id}/registrations/{registration_id}", response=ReportDoneOut,
    operation_id="complete_registration",
)  # fmt: skip
def complete(
    request: ApiRequest, hotel: Code, stay_id: Key, registration_id: Key, payload: CompletionIn
) -> HttpResponse:
    """Write what is asked of somebody who is registered; what the police were told otherwise is corrected."""
    said = payload.model_dump()
    document_id = said.pop("document_id")
    completing.write_particulars(
        hotel_id=request.hotel.pk, room_reservation_id=stay_id, registration_id=registration_id,
        particulars=Particulars(**said), document_id=document_id, actor=request.actor, now=now(),
    )  # fmt: skip
    return json_response({"id": registration_id})


@router.post("/hotels/{hotel}/visitors", response={201: VisitorOut}, operation_id="let_visitor_in")
def let_in(request: ApiRequest, hotel: Code, payload: VisitorIn, key: KeyHeader) -> HttpResponse:
    """Register somebody who visits a guest. The same key registers once."""
    request.actor.require(Permission.REGISTER, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = visitors.let_in(
            hotel_id=request.hotel.pk, actor=request.actor, now=now(),
            room_reservation_id=stay_in_room(hotel_id=request.hotel.pk, number=payload.room),
            visitor=visitors.VisitorInput(
                name=payload.name, document=DocumentInput(**payload.document.model_dump()), agreed=payload.agreed
            ),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route="let_visitor_in", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/visitors/{visitor_id}/out", response=VisitorOut, operation_id="let_visitor_out")
def let_out(request: ApiRequest, hotel: Code, visitor_id: Key) -> HttpResponse:
    """The visitor has left. The second is refused."""
    visitors.let_out(hotel_id=request.hotel.pk, visitor_id=visitor_id, actor=request.actor, now=now())
    return json_response({"id": visitor_id})


@router.post("/hotels/{hotel}/minor-alarms/{alarm_id}/rounds", response=VisitorOut, operation_id="note_minor_round")
def note_round(request: ApiRequest, hotel: Code, alarm_id: Key, payload: MinorRoundIn) -> HttpResponse:
    """Somebody went and looked."""
    minors.note_patrol(hotel_id=request.hotel.pk, alarm_id=alarm_id, note=payload.note, actor=request.actor, now=now())
    return json_response({"id": alarm_id})


@router.post("/hotels/{hotel}/minor-alarms/{alarm_id}/close", response=VisitorOut, operation_id="close_minor_alarm")
def close(request: ApiRequest, hotel: Code, alarm_id: Key, payload: MinorClosedIn) -> HttpResponse:
    """Say what was found. The second is refused."""
    minors.close_alarm(
        hotel_id=request.hotel.pk, alarm_id=alarm_id, outcome=payload.outcome, police_no=payload.police_no,
        note=payload.note, actor=request.actor, now=now(),
    )  # fmt: skip
    return json_response({"id": alarm_id})
