"""Which drawers there are, and whether money is taken only within a shift."""

from __future__ import annotations

from datetime import datetime

from binzhi.billing.access import Permission
from binzhi.billing.cashier_errors import TillInUse
from binzhi.billing.events import CashierSettingChanged
from binzhi.billing.folio_errors import NumberTaken
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text


def _changed(what: str, hotel_id: int, actor: Actor, now: datetime, **after: object) -> None:
    record(
        CashierSettingChanged.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"what": what, **after}, event=CashierSettingChanged(what=what),
    )  # fmt: skip


@operation(Permission.SET_COUNTER)
def save_till(
    *, hotel_id: int, till_id: int | None, code: str, name: str, is_active: bool, actor: Actor, now: datetime
) -> int:
    """Add a drawer or change it; its id.

    Changes the till. Locks it. Raises InvalidInput at code or name, NumberTaken at code, NotFound, TillInUse (put away
    while a shift is open). Publishes CashierSettingChanged. Not idempotent.
    """
    code = clean_text(code, field="code", limit=10).upper()
    name = clean_text(name, field="name", limit=40)
    for field, value in (("code", code), ("name", name)):
        if not value:
            raise InvalidInput(field=field)
    if db.fetch_value(
        "SELECT 1 FROM billing_till WHERE hotel_id = %s AND code = %s AND id IS DISTINCT FROM %s",
        [hotel_id, code, till_id],
    ):
        raise NumberTaken(field="code")
    if till_id is None:
        saved: int | None = db.fetch_value(
            "INSERT INTO billing_till (hotel_id, code, name, is_active) VALUES (%s, %s, %s, %s) RETURNING id",
            [hotel_id, code, name, is_active],
        )
    else:
        saved = db.fetch_value(
            "UPDATE billing_till SET code = %s, name = %s, is_active = %s WHERE hotel_id = %s AND id = %s RETURNING id",
            [code, name, is_active, hotel_id, till_id],
        )
    if saved is None:
        raise NotFound
    if not is_active and db.fetch_value(
        "SELECT 1 FROM billing_cashiershift WHERE till_id = %s AND closed_at IS NULL", [saved]
    ):
        raise TillInUse
    _changed("till", hotel_id, actor, now, till=saved, code=code, active=is_active)
    return saved


@operation(Permission.SET_COUNTER)
def require_shifts(*, hotel_id: int, must_be_open: bool, actor: Actor, now: datetime) -> None:
    """Say whether money is taken only by who has a shift open.

    Changes the setting. Raises nothing of its own. Publishes CashierSettingChanged. Idempotent.
    """
    db.execute(
        "INSERT INTO billing_cashiersetting (hotel_id, must_be_open) VALUES (%s, %s)"
        " ON CONFLICT (hotel_id) DO UPDATE SET must_be_open = excluded.must_be_open",
        [hotel_id, must_be_open],
    )
    _changed("must_be_open", hotel_id, actor, now, must_be_open=must_be_open)
