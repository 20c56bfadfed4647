"""Hotels with staff who can sign in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from binzhi.people.setup import StaffRef, create_departments, create_staff
from binzhi.property.queries import HotelRef
from tests.guests.conftest import new_hotel

PASSWORD = "湖畔 correct horse 1"


def staff_of(hotel: HotelRef, username: str, post: str = "receptionist", **more: object) -> StaffRef:
    return create_staff(
        hotel_id=hotel.pk, username=username, name="林晓", password=PASSWORD, post=post, since=date(2026, 1, 1), **more
    )  # type: ignore[arg-type]


def sign_in(username: str, password: str = PASSWORD, **headers: str) -> tuple[Client, int]:
    """A browser after the attempt, and the status it got."""
    client = Client(**headers)  # type: ignore[arg-type]
    answer = client.post("/accounts/login/", {"login": username, "password": password})
    return client, answer.status_code


@pytest.fixture
def hotel(db: None) -> HotelRef:
    made = new_hotel()
    create_departments(hotel_id=made.pk)
    return made


@pytest.fixture
def employ(hotel: HotelRef) -> Callable[..., StaffRef]:
    return lambda username, post="receptionist", **more: staff_of(hotel, username, post, **more)
