"""What the night audit looks at, set by the hotel."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.events import NightAuditSet
from binzhi.frontdesk.reports.snapshots import high_balance
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.money import LARGEST
from binzhi.kernel.operations import operation, record

_SET = """
INSERT INTO frontdesk_auditsetting (hotel_id, high_balance) VALUES (%(hotel)s, %(amount)s)
ON CONFLICT (hotel_id) DO UPDATE SET high_balance = EXCLUDED.high_balance
"""


@operation(Permission.SET_NIGHT_AUDIT)
def set_high_balance(*, hotel_id: int, amount: Decimal, actor: Actor, now: datetime) -> None:
    """From what on a balance is a high one, for the reports of the days still to be closed.

    Changes the hotel's setting. Locks it. Raises InvalidInput at amount. Publishes NightAuditSet. Again it changes
    nothing more.
    """
    if not amount.is_finite() or amount < 0 or amount > LARGEST or round(amount, 2) != amount:
        raise InvalidInput(field="amount")
    before = high_balance(hotel_id=hotel_id)
    db.execute(_SET, {"hotel": hotel_id, "amount": amount})
    record(
        NightAuditSet.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"high_balance": before}, after={"high_balance": amount}, event=NightAuditSet(hotel_id=hotel_id),
    )  # fmt: skip
