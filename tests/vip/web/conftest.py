"""A hotel with its posts filled, in the browser's place: colleagues who are signed in, the clock at 14:00."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from binzhi.kernel import clock
from binzhi.people.models import User
from tests.factories import NOW
from tests.vip.house import House

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def at_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sign_in(house: House) -> SignIn:
    """The one in that post."""

    def client_of(post: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=house.users[post]))
        return client

    return client_of
