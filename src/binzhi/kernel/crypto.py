"""Secrets at rest: AES-GCM under rotatable keys, and blind indexes to find equal values.

A sealed value is `key id (1 byte) | nonce (12) | ciphertext and tag`. The associated data binds it to the
place it was written to, so that a value copied into another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import DomainError

NONCE_BYTES = 12


class KeyMissing(DomainError):
    """The value was sealed under a key this installation does not hold; it stays closed."""

    code = "key_missing"
    status = 503
    message = _("This value cannot be opened: its encryption key is missing. Tell the system administrator.")


def seal(text: str, *, place: str) -> bytes:
    """Encrypt under the newest key; `place` names table, column and owner."""
    return seal_bytes(text.encode(), place=place)


def seal_bytes(data: bytes, *, place: str) -> bytes:
    """The same for what is no text."""
    key_id = max(settings.BINZHI_DATA_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(settings.BINZHI_DATA_KEYS[key_id])
    return bytes([key_id]) + nonce + cipher.encrypt(nonce, data, place.encode())


def open_sealed(sealed: bytes, *, place: str) -> str:
    """Decrypt; raises KeyMissing when the key is unknown or the value is not of this place."""
    return open_bytes(sealed, place=place).decode()


def open_bytes(sealed: bytes, *, place: str) -> bytes:
    """The same for what is no text."""
    sealed = bytes(sealed)
    key = settings.BINZHI_DATA_KEYS.get(sealed[0]) if len(sealed) > 1 + NONCE_BYTES else None
    if key is None:
        raise KeyMissing
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except InvalidTag as error:
        raise KeyMissing from error


def key_id_of(sealed: bytes) -> int:
    """Which key a value was sealed under (for rotation)."""
    return bytes(sealed)[0]


def blind_index(text: str, *, purpose: str) -> bytes:
    """A keyed hash by which equal values are found without being readable (16 bytes)."""
    normal = unicodedata.normalize("NFKC", text).strip().upper()
    return hmac.new(settings.BINZHI_INDEX_KEY, f"{purpose}\0{normal}".encode(), hashlib.sha256).digest()[:16]


def derived_key(purpose: str) -> bytes:
    """A key (32 bytes) that this installation makes anew whenever it is asked for, and keeps nowhere."""
    return hmac.new(settings.BINZHI_INDEX_KEY, f"derived\0{purpose}".encode(), hashlib.sha256).digest()
