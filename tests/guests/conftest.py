"""A hotel of a group with guests to find, and the shared data sets where they are there."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from binzhi.guests.access import Permission
from binzhi.guests.models import Guest, GuestDocument, Reveal
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.queries import HotelRef
from binzhi.property.setup import HotelSpec, create_hotel
from tests.factories import NOW, SYSTEM, TODAY

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MakeHotel = Callable[..., HotelRef]


def new_hotel(*, code: str = "", group: str = "") -> HotelRef:
    """A hotel without rooms: guests need none."""
    code = code or f"h-{uuid.uuid4().hex[:12]}"
    db.forget_scope()
    spec = HotelSpec(code=code, name="宾至·湖畔酒店", name_en="Binzhi Lakeside", opens_on=TODAY, group_code=group)
    return create_hotel(spec=spec, actor=SYSTEM, now=NOW)


def colleague(hotel: HotelRef, *rights: str, user_id: int = 7) -> Actor:
    """Somebody of that hotel with exactly these rights."""
    return Actor(
        user_id=user_id, name="钱多多", grants={hotel.pk: frozenset(rights)}, group_ids=frozenset({hotel.group_id})
    )


@pytest.fixture
def hotel(db: None) -> HotelRef:
    return new_hotel()


@pytest.fixture
def clerk(hotel: HotelRef) -> Actor:
    """May do everything with guest files but set a level."""
    return colleague(
        hotel, *(right for right in Permission if right not in (Permission.SET_VIP_LEVEL, Permission.ROTATE_KEYS))
    )


@pytest.fixture
def add(hotel: HotelRef, clerk: Actor) -> Callable[..., int]:
    def make(name: str, **more: object) -> int:
        return create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name, **more), actor=clerk, now=NOW)  # type: ignore[arg-type]

    return make


def see_all() -> None:
    """Counting goes past the walls."""
    db.enter_scope("*", "*")


def counts(tables: Iterable[str]) -> dict[str, int]:
    see_all()
    return {table: db.fetch_value(f"SELECT count(*) FROM {table}") for table in tables}


def untouched(guest_id: int) -> tuple[Any, ...]:
    """What must be the same after a refusal."""
    see_all()
    return (
        Guest.objects.filter(pk=guest_id).values_list().first(),
        list(GuestDocument.objects.order_by("pk").values_list()),
        AuditEntry.objects.count(),
        OutboxEvent.objects.count(),
        Reveal.objects.count(),
    )


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    gate, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def one(place: int) -> None:
        gate.wait()
        try:
            outcomes[place] = calls[place]()
        except Exception as error:
            outcomes[place] = type(error).__name__  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
