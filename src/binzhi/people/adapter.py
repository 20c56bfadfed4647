"""How allauth behaves here: staff get their sign-in name from the hotel; second-step secrets are sealed."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from binzhi.kernel import crypto

_PLACE = "mfa_authenticator.secret"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No sign-up; all else as allauth does it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets of authenticators and recovery codes lie in the database under the data key."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.seal(text, place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_sealed(base64.b64decode(encrypted_text), place=_PLACE)
