"""A small house in the browser's place: colleagues who are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from binzhi.kernel import clock
from binzhi.people.models import User
from tests.factories import NOW
from tests.promises.engine.house import House, make_house, put_on_duty

SignIn = Callable[[str], Client]


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> House:
    """Everybody is at work, and the clock stands at 14:00."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made = make_house()
    put_on_duty(made, *made.staff)
    return made


@pytest.fixture
def sign_in(house: House) -> SignIn:
    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=house.users[name]))
        return client

    return client_of
