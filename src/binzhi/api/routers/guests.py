"""Guest files of the hotel's group. Phones are masked; document numbers do not leave the house."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, conditional, etag_of, json_response, now, once, version_from
from binzhi.api.types import Code, IdempotencyKey, IfMatch, Key
from binzhi.guests import queries, services
from binzhi.guests.access import Permission
from binzhi.guests.privacy import lookups
from binzhi.kernel.text import clean_text

router = Router(tags=["guests"])


@router.post("/hotels/{hotel}/guests/search", response=schemas.GuestListOut, operation_id="search_guests")
def search(request: ApiRequest, hotel: Code, payload: schemas.GuestSearchIn) -> HttpResponse:
    """Guests by name, pinyin, initials, whole phone or its last four digits, membership or document number.

    A POST, because what is searched for is personal and an address ends up in logs.
    """
    request.actor.require(Permission.VIEW, request.hotel.pk)
    text = clean_text(payload.q, field="q", limit=60)
    hits = queries.search_guests(group_id=request.hotel.group_id, text=text, limit=payload.limit)
    lookups.note_search(
        hotel=request.hotel, text=text, guest_ids=[hit.guest_id for hit in hits], actor=request.actor, now=now()
    )
    return json_response(
        {
            "items": [
                {
                    "id": hit.guest_id,
                    "name": hit.name,
                    "pinyin": hit.marked,
                    "phone": hit.phone_masked,
                    "member_no": hit.member_no,
                    "member_tier": hit.member_tier,
                    "vip_level": hit.vip_level,
                    "stays": hit.stays,
                    "last_stay_on": hit.last_stay_on,
                }
                for hit in hits
            ]
        }
    )


@router.post("/hotels/{hotel}/guests", response={201: schemas.GuestCreatedOut}, operation_id="create_guest")
def create(
    request: ApiRequest,
    hotel: Code,
    payload: schemas.GuestIn,
    key: Annotated[IdempotencyKey, Header(alias="Idempotency-Key")],
) -> HttpResponse:
    """Open a guest file."""
    body = payload.model_dump()

    def work() -> dict[str, Any]:
        guest_id = services.create_guest(
            hotel_id=request.hotel.pk, details=services.GuestDetails(**body), actor=request.actor, now=now()
        )
        return {"id": guest_id}

    return once(request, key=key, route="create_guest", body=body, work=work)


@router.get("/hotels/{hotel}/guests/{guest_id}", response=schemas.GuestOut, operation_id="get_guest")
def read(
    request: ApiRequest,
    hotel: Code,
    guest_id: Key,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", max_length=200)] = None,
) -> HttpResponse:
    """One guest file."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    card = queries.guest_card(group_id=request.hotel.group_id, guest_id=guest_id)
    lookups.note_opened(hotel=request.hotel, guest_id=guest_id, actor=request.actor, now=now())
    data = {
        "id": card.guest_id,
        "version": card.version,
        "name": card.name,
        "name_en": card.name_en,
        "pinyin": card.marked,
        "phone": card.phone_masked,
        "member_no": card.member_no,
        "member_tier": card.member_tier,
        "vip_level": card.vip_level,
        "stays": card.stays,
        "last_stay_on": card.last_stay_on,
    }
    return conditional(request, data, etag=etag_of(card.version))


@router.put("/hotels/{hotel}/guests/{guest_id}", response=schemas.GuestVersionOut, operation_id="update_guest")
def update(
    request: ApiRequest,
    hotel: Code,
    guest_id: Key,
    payload: schemas.GuestIn,
    match: Annotated[IfMatch, Header(alias="If-Match")],
) -> HttpResponse:
    """Write the file anew as of the version read; level and membership stay as they are."""
    card = queries.guest_card(group_id=request.hotel.group_id, guest_id=guest_id)
    kept = {"member_no": card.member_no, "member_tier": card.member_tier, "vip_level": card.vip_level}
    version = services.update_guest(
        hotel_id=request.hotel.pk,
        guest_id=guest_id,
        details=services.GuestDetails(**(payload.model_dump() | kept | {"phone": payload.phone or None})),
        expected_version=version_from(match),
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": guest_id, "version": version}, etag=etag_of(version))


@router.post(
    "/hotels/{hotel}/guests/{guest_id}/documents", response={201: schemas.DocumentOut}, operation_id="add_document"
)
def add_document(request: ApiRequest, hotel: Code, guest_id: Key, payload: schemas.DocumentIn) -> HttpResponse:
    """Check a document and put it into the file; the same document again changes nothing."""
    document_id = services.add_document(
        hotel_id=request.hotel.pk,
        guest_id=guest_id,
        document=services.DocumentInput(**payload.model_dump()),
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": document_id}, status=201)
