"""From the house's own views to what the API shows."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from binzhi.billing.queries import FolioView
from binzhi.kernel.errors import InvalidInput


def encode_cursor(*key: Any) -> str:
    """An opaque cursor: where the page ended."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode()


def decode_cursor(cursor: str) -> list[Any] | None:
    """What a cursor holds, or None for the first page. Raises InvalidInput at `cursor`."""
    if not cursor:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise InvalidInput(field="cursor") from error
    if not isinstance(key, list):
        raise InvalidInput(field="cursor")
    return key


def offset_of(cursor: str) -> int:
    """The offset a list's cursor stands for."""
    key = decode_cursor(cursor)
    if key is None:
        return 0
    if len(key) != 1 or not isinstance(key[0], int) or not 0 <= key[0] <= 1_000_000:
        raise InvalidInput(field="cursor")
    return key[0]


def folio_out(view: FolioView) -> dict[str, Any]:
    """A bill with its windows and postings."""
    return {
        "number": view.number,
        "currency": view.currency,
        "balance": f"{view.balance:.2f}",
        "deposit": f"{view.deposit:.2f}",
        "closed": not view.is_open,
        "windows": [
            {"window": window.number, "name": window.payee, "balance": f"{window.balance:.2f}"}
            for window in view.windows
        ],
        "lines": [
            {
                "id": line.transaction_id,
                "business_date": line.business_date,
                "kind": line.kind,
                "code": line.code or line.means,
                "description": line.description,
                "window": window.number,
                "amount": f"{line.amount:.2f}",
                "reversed": line.reversed_by is not None,
            }
            for window in view.windows
            for line in window.lines
        ],
    }
