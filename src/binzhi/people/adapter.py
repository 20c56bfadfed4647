"""How allauth behaves here: staff get their sign-in name from the hotel, nobody signs up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No sign-up; all else as allauth does it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
