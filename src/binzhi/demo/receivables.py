"""Companies of the demo hotel pay, are reminded, and one will not pay any more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.receivables import services
from binzhi.billing.receivables.queries import aged, open_rows
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.kernel.actor import Actor
from binzhi.property.queries import hotel_by_id

CENT = Decimal("0.01")


def settle(*, hotel_id: int, manager: Actor, clerk: Actor, now: datetime) -> None:
    """Of those who owe: the first pays most of it, the second ahead, the third is reminded, the last is given up."""
    given: dict[str, Any] = {"hotel_id": hotel_id, "actor": manager, "now": now}
    today = hotel_by_id(hotel_id).business_date
    owing = [row for row in aged(hotel_id=hotel_id) if row.balance > 0]
    for place, row in enumerate(owing):
        who = row.organisation_id
        if place == 0:
            services.set_terms(organisation_id=who, days=60, **given)
        if place % 3 == 0:
            paid = (row.balance * Decimal("0.7")).quantize(CENT)
            receipt = ReceiptInput(means="bank", amount=paid, note="电汇")
            services.receive_from_company(organisation_id=who, receipt=receipt, **given)
        elif place % 3 == 1:
            paid = (row.balance * Decimal("0.2")).quantize(CENT)
            receipt = ReceiptInput(means="bank", amount=paid, note="预付", shares=())
            services.receive_from_company(organisation_id=who, receipt=receipt, **given)
        elif row.overdue:
            services.note_reminder(organisation_id=who, note="电话催收，答应月底付", **given)
    if len(owing) > 1:
        row = owing[-1]
        items = [one for one in open_rows(account_id=row.account_id, as_of=today) if one.amount > 0]
        if items:
            services.ask_write_off(
                organisation_id=row.organisation_id, item_id=items[0].transaction_id, reason="公司已注销，无法收回",
                **given | {"actor": clerk},
            )  # fmt: skip
