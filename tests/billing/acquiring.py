"""A bank on this machine, and short ways to a hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.billing.holds import sending, services
from binzhi.billing.holds.queries import HoldRow, holds
from binzhi.billing.holds.services import AcquirerInput, Slip
from binzhi.billing.holds.simulator import KEY, Bank, serve
from tests.billing.conftest import Bill
from tests.factories import NOW, SYSTEM, TestHotel

SLIP = Slip(auth_code="873201", card_tail="6222")


@contextmanager
def bank_on_loopback() -> Iterator[tuple[Bank, str]]:
    """The simulator speaking HTTP, and its address."""
    bank = Bank()
    server = serve(bank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield bank, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def connect(hotel: TestHotel, url: str) -> None:
    acquirer = AcquirerInput(merchant_no="898330154110001", provider_url=url, provider_key=KEY)
    services.set_acquirer(hotel_id=hotel.pk, acquirer=acquirer, actor=SYSTEM, now=NOW)


def given(bill: Bill, minutes: float = 0) -> dict[str, Any]:
    return {"hotel_id": bill.hotel.pk, "actor": SYSTEM, "now": NOW + timedelta(minutes=minutes)}


def place(bill: Bill, amount: str = "1000", **more: Any) -> int:
    return services.place_hold(folio_id=bill.folio_id, amount=Decimal(amount), **given(bill), **more)


def capture(bill: Bill, hold_id: int, amount: str, **more: Any) -> None:
    services.capture_hold(hold_id=hold_id, account_id=bill.account_id, amount=Decimal(amount), **given(bill), **more)


def send(minutes: float = 0) -> int:
    return sending.send_due(now=NOW + timedelta(minutes=minutes))


def of(bill: Bill, hold_id: int) -> HoldRow:
    (row,) = holds(hotel_id=bill.hotel.pk, hold_id=hold_id)
    return row
