"""Outside partners: does each answer, what waits for it."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router

from binzhi.api.core import ApiRequest, json_response, now
from binzhi.api.schemas import partners as schemas
from binzhi.api.types import Code
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.partnering import try_partner
from binzhi.kernel.reached import partner_states

router = Router(tags=["partners"])


@router.get("/hotels/{hotel}/partners", response=schemas.PartnerListOut, operation_id="list_partners")
def listing(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Banks, locks, invoices, police, messages: whether each answered when it was last asked, and what waits."""
    request.actor.require(Permission.VIEW_REPORTS, request.hotel.pk)
    found = [
        {
            "partner": state.partner.code, "connected": state.counts.connected, "waiting": state.counts.waiting,
            "given_up": state.counts.given_up, "tried_at": state.tried_at, "answered_at": state.answered_at,
            "trouble": state.trouble,
        }
        for state in partner_states(hotel_id=request.hotel.pk)
    ]  # fmt: skip
    return json_response({"partners": found})


@router.post("/hotels/{hotel}/partner-tries", response=schemas.PartnerTriedOut, operation_id="try_partner")
def try_one(request: ApiRequest, hotel: Code, payload: schemas.PartnerTryIn) -> HttpResponse:
    """Ask a partner now whether it is there and takes the key; nothing else is asked of it."""
    trouble = try_partner(hotel_id=request.hotel.pk, partner=payload.partner, actor=request.actor, now=now())
    return json_response({"partner": payload.partner, "trouble": trouble})
