"""A hotel with tokens, and a client that speaks JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pytest
from django.http import HttpResponse
from django.test import Client

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import OPERATIONS
from binzhi.people import services as people
from binzhi.people import setup as staff
from tests.factories import NOW, TODAY, TestHotel, make_hotel

_keys = itertools.count(1)


def all_permissions() -> list[str]:
    """Every right of the house."""
    import binzhi.api.urls  # noqa: F401  (loads every context)

    views = [
        "reservations.view_reservations", "frontdesk.view_desk", "billing.view_folio", "guests.view_guest",
    ]  # fmt: skip
    extra = [
        "reservations.override_price",
        "reservations.waive_fee",
        "frontdesk.override_readiness",
        "property.inspect_room",
        "billing.exceed_credit",
    ]
    return sorted({operation.permission for operation in OPERATIONS.values()} | set(views) | set(extra))


def issue(hotel: TestHotel, scopes: Iterable[str], *, username: str) -> str:
    """A token of somebody whose post holds exactly these rights (and the one to issue tokens)."""
    scopes = list(scopes)
    held = frozenset([*scopes, "people.manage_tokens"])
    staff.create_post(hotel_id=hotel.pk, code=username, name=username, permissions=held)
    member = staff.create_staff(
        hotel_id=hotel.pk, username=username, name=username, password=None, post=username, since=date(2020, 1, 1)
    )
    actor = Actor(
        user_id=member.user_id, staff_id=member.staff_id, grants={hotel.pk: held},
        group_ids=frozenset({hotel.ref.group_id}),
    )  # fmt: skip
    raw = people.issue_token(hotel_id=hotel.pk, name="test", scopes=scopes, actor=actor, now=NOW)
    db.enter_scope("*", "*")
    return raw


@dataclass
class Api:
    """Speaks to the API of one hotel with one token."""

    client: Client
    hotel: str
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        extra = {"HTTP_" + name.upper(): value for name, value in headers.items()}
        if self.token:
            extra["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        data = orjson.dumps(body, default=str) if body is not None else b""
        answer: HttpResponse = self.client.generic(
            method, f"/api/v1/hotels/{self.hotel}{path}", data, content_type="application/json", **extra
        )
        db.enter_scope("*", "*")
        return answer

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        headers.setdefault("idempotency_key", f"key-{next(_keys)}")
        return self.send("POST", path, body, **headers)


def read(answer: HttpResponse) -> Any:
    return orjson.loads(answer.content)


def booking_body(**more: Any) -> dict[str, Any]:
    room = {
        "room_type": "std", "rate_plan": "bar", "arrival": TODAY, "departure": TODAY.replace(day=TODAY.day + 2),
        "adults": 2,
    }  # fmt: skip
    return {"booker_name": "王小明", "rooms": [room | more.pop("room", {})]} | more


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, documents_required=False, group="api")


@pytest.fixture
def api(hotel: TestHotel, client: Client) -> Api:
    """Somebody who may do everything."""
    return Api(client, hotel.ref.code, issue(hotel, all_permissions(), username=f"all-{hotel.pk}"))
