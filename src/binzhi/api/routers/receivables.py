"""Companies' accounts: ageing, what is open, receipts, uses, reminders, write-offs, statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Query, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import receivables as schemas
from binzhi.api.schemas.folio_counter import DecisionIn, DecisionOut
from binzhi.api.types import Code, Day, IdempotencyKey, Key
from binzhi.billing.access import Permission
from binzhi.billing.receivables import services
from binzhi.billing.receivables.accounts import Share
from binzhi.billing.receivables.queries import AgedRow, aged, company_account, open_rows, statement, used_rows
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.kernel.errors import InvalidInput

router = Router(tags=["receivables"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
OrganisationKey = Annotated[Key, Path()]
AllocationKey = Annotated[Key, Path()]
WriteOffKey = Annotated[Key, Path()]
DayAsked = Annotated[Day, Query()]


@router.get("/hotels/{hotel}/receivables", response=schemas.AgeingOut, operation_id="get_ageing")
def ageing(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Every company by age, what is overdue first; it adds up to the ledger's balances."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = aged(hotel_id=request.hotel.pk)
    return json_response({"as_of": request.hotel.business_date, "companies": [_aged(row) for row in rows]})


def _aged(row: AgedRow) -> dict[str, Any]:
    sums = ("to_30", "to_60", "to_90", "older", "unused", "balance", "overdue")
    return {
        "organisation_id": row.organisation_id, "name": row.name, "code": row.code, "days": row.days,
        "credit_limit": f"{row.limit:.2f}", "reminders": row.reminders,
        **{name: f"{getattr(row, name):.2f}" for name in sums},
    }  # fmt: skip


@router.get("/hotels/{hotel}/receivables/{organisation_id}", response=schemas.CompanyOut, operation_id="get_receivable")
def company(request: ApiRequest, hotel: Code, organisation_id: OrganisationKey) -> HttpResponse:
    """A company's account with what is open and the latest uses."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    row = company_account(hotel_id=request.hotel.pk, organisation_id=organisation_id)
    is_open = [
        {
            "transaction": one.transaction_id, "kind": one.kind, "business_date": one.business_date,
            "folio": one.folio, "standing": f"{one.standing:.2f}", "open": f"{one.amount:.2f}",
        }
        for one in open_rows(account_id=row.account_id, as_of=request.hotel.business_date)
    ]  # fmt: skip
    used = [
        {"id": one.pk, "credit": one.credit_id, "item": one.item_id, "amount": f"{one.amount:.2f}"}
        for one in used_rows(account_id=row.account_id)
    ]
    return json_response(_aged(row) | {"open": is_open, "used": used})


@router.get(
    "/hotels/{hotel}/receivables/{organisation_id}/statement", response=schemas.StatementOut,
    operation_id="get_statement",
)  # fmt: skip
def account_statement(
    request: ApiRequest, hotel: Code, organisation_id: OrganisationKey, first: DayAsked, last: DayAsked
) -> HttpResponse:
    """What moved from `first` to `last`, both included."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    if last < first:
        raise InvalidInput(field="last")
    row = company_account(hotel_id=request.hotel.pk, organisation_id=organisation_id)
    return json_response(_statement(row.account_id, first, last))


def _statement(account_id: int, first: date, last: date) -> dict[str, Any]:
    found = statement(account_id=account_id, first=first, last=last)
    moved = [
        {
            "transaction": one.transaction_id, "kind": one.kind, "business_date": one.business_date,
            "folio": one.folio, "amount": f"{one.amount:.2f}", "balance": f"{one.balance:.2f}",
        }
        for one in found.movements
    ]  # fmt: skip
    return {
        "first": first, "last": last, "opening": f"{found.opening:.2f}", "closing": f"{found.closing:.2f}",
        "movements": moved,
    }  # fmt: skip


def _shares(given: Sequence[schemas.ItemShareIn] | None) -> list[Share] | None:
    return None if given is None else [Share(one.item, one.amount) for one in given]


@router.post(
    "/hotels/{hotel}/receivables/{organisation_id}/receipts", response={201: schemas.ReceiptOut},
    operation_id="receive_from_company",
)  # fmt: skip
def receive(
    request: ApiRequest,
    hotel: Code,
    organisation_id: OrganisationKey,
    payload: schemas.CompanyPaysIn,
    key: KeyHeader,
) -> HttpResponse:
    """Take what a company pays and use it for its items."""
    request.actor.require(Permission.RECEIVABLES, request.hotel.pk)
    receipt = ReceiptInput(
        means=payload.means, amount=payload.amount, note=payload.note, shares=_shares(payload.shares)
    )

    def work() -> dict[str, Any]:
        done = services.receive_from_company(
            hotel_id=request.hotel.pk, organisation_id=organisation_id, receipt=receipt, actor=request.actor, now=now()
        )
        row = company_account(hotel_id=request.hotel.pk, organisation_id=organisation_id)
        return {"transaction": done.transaction_id, "used": f"{done.used:.2f}", "balance": f"{row.balance:.2f}"}

    return once(request, key=key, route=f"receive:{organisation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/receivables/{organisation_id}/uses", response={201: schemas.UsedSumOut},
    operation_id="allocate_credit",
)  # fmt: skip
def use(
    request: ApiRequest, hotel: Code, organisation_id: OrganisationKey, payload: schemas.UseIn, key: KeyHeader
) -> HttpResponse:
    """Use what a company paid before for its items."""
    request.actor.require(Permission.RECEIVABLES, request.hotel.pk)

    def work() -> dict[str, Any]:
        used = services.allocate_credit(
            hotel_id=request.hotel.pk, organisation_id=organisation_id, credit_id=payload.credit,
            shares=_shares(payload.shares), actor=request.actor, now=now(),
        )  # fmt: skip
        return {"used": f"{used:.2f}"}

    return once(request, key=key, route=f"use_credit:{organisation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/allocations/{allocation_id}/take-back", response={201: schemas.ReceivableIdOut},
    operation_id="take_back_allocation",
)  # fmt: skip
def take_back(
    request: ApiRequest, hotel: Code, allocation_id: AllocationKey, payload: schemas.ReasonIn, key: KeyHeader
) -> HttpResponse:
    """Undo a use: item and payment are open again."""
    request.actor.require(Permission.RECEIVABLES, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = services.take_back_allocation(
            hotel_id=request.hotel.pk, allocation_id=allocation_id, reason=payload.reason, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route=f"take_back:{allocation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/receivables/{organisation_id}/terms", response={201: schemas.TermsOut}, operation_id="set_terms"
)
def terms(
    request: ApiRequest, hotel: Code, organisation_id: OrganisationKey, payload: schemas.TermsIn, key: KeyHeader
) -> HttpResponse:
    """Say how many days a company has."""
    request.actor.require(Permission.RECEIVABLES, request.hotel.pk)

    def work() -> dict[str, Any]:
        services.set_terms(
            hotel_id=request.hotel.pk, organisation_id=organisation_id, days=payload.days, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"days": payload.days}

    return once(request, key=key, route=f"terms:{organisation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/receivables/{organisation_id}/reminders", response={201: schemas.ReminderOut},
    operation_id="note_reminder",
)  # fmt: skip
def remind(
    request: ApiRequest, hotel: Code, organisation_id: OrganisationKey, payload: schemas.ReminderIn, key: KeyHeader
) -> HttpResponse:
    """Note that a company was reminded of what is overdue."""
    request.actor.require(Permission.RECEIVABLES, request.hotel.pk)

    def work() -> dict[str, Any]:
        level = services.note_reminder(
            hotel_id=request.hotel.pk, organisation_id=organisation_id, note=payload.note, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"level": level}

    return once(request, key=key, route=f"remind:{organisation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/receivables/{organisation_id}/write-offs", response={201: schemas.ReceivableIdOut},
    operation_id="ask_write_off",
)  # fmt: skip
def ask(
    request: ApiRequest, hotel: Code, organisation_id: OrganisationKey, payload: schemas.WriteOffIn, key: KeyHeader
) -> HttpResponse:
    """Ask to write off an item or a part of it; a second person decides."""
    request.actor.require(Permission.ASK_WRITE_OFF, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = services.ask_write_off(
            hotel_id=request.hotel.pk, organisation_id=organisation_id, item_id=payload.item, amount=payload.amount,
            reason=payload.reason, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route=f"ask_write_off:{organisation_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/write-offs/{write_off_id}/decision", response={201: DecisionOut},
    operation_id="decide_write_off",
)  # fmt: skip
def decide(
    request: ApiRequest, hotel: Code, write_off_id: WriteOffKey, payload: DecisionIn, key: KeyHeader
) -> HttpResponse:
    """Say yes or no to a write-off."""
    request.actor.require(Permission.WRITE_OFF, request.hotel.pk)

    def work() -> dict[str, Any]:
        posted = services.decide_write_off(
            hotel_id=request.hotel.pk, write_off_id=write_off_id, approve=payload.approve, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"approved": payload.approve, "transaction": posted}

    return once(request, key=key, route=f"decide_write_off:{write_off_id}", body=payload.model_dump(), work=work)
