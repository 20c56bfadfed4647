"""How allauth behaves here: staff get their sign-in name from the hotel; second-step secrets are sealed."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from binzhi.people import second_steps


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No sign-up; all else as allauth does it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets of authenticators and recovery codes lie in the database under the data key."""

    def encrypt(self, text: str) -> str:
        return second_steps.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_steps.open_sealed(encrypted_text)
