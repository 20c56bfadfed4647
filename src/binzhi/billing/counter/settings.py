"""What the house lays down for its counter: authority, rates, price list, late departure, days for late charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.counter.authority import ADJUSTMENT, PAID_OUT
from binzhi.billing.errors import AmountNotPositive, AmountTooLarge
from binzhi.billing.events import CounterSettingChanged
from binzhi.billing.folio_errors import NumberTaken, PercentOutOfRange
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import LARGEST
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

LARGEST_RATE = Decimal(100_000)
KINDS = (ADJUSTMENT, PAID_OUT)


def _changed(what: str, hotel_id: int, actor: Actor, now: datetime, **after: object) -> None:
    record(
        CounterSettingChanged.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"what": what, **after}, event=CounterSettingChanged(what=what),
    )  # fmt: skip


@operation(Permission.SET_COUNTER)
def set_authority(
    *, hotel_id: int, post_id: int, kind: str, amount: Decimal | None, actor: Actor, now: datetime
) -> None:
    """Say how far a post may go by itself; None takes the limit away.

    Changes the post's limit. Raises InvalidInput at amount or kind, NotFound. Publishes CounterSettingChanged.
    Idempotent.
    """
    if kind not in KINDS:
        raise InvalidInput(field="kind")
    if not db.fetch_value("SELECT 1 FROM people_post WHERE hotel_id = %s AND id = %s", [hotel_id, post_id]):
        raise NotFound
    if amount is None:
        db.execute(
            "DELETE FROM billing_authoritylimit WHERE hotel_id = %s AND post_id = %s AND kind = %s",
            [hotel_id, post_id, kind],
        )
    else:
        if not amount.is_finite() or amount < 0:
            raise AmountNotPositive
        if amount > LARGEST:
            raise AmountTooLarge
        db.execute(
            "INSERT INTO billing_authoritylimit (hotel_id, post_id, kind, amount) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (hotel_id, post_id, kind) DO UPDATE SET amount = excluded.amount",
            [hotel_id, post_id, kind, amount],
        )
    _changed("authority", hotel_id, actor, now, post=post_id, kind=kind, amount=amount)


@operation(Permission.SET_COUNTER)
def set_currency_rate(*, hotel_id: int, currency: str, rate: Decimal, actor: Actor, now: datetime) -> None:
    """Say what the hotel gives for one unit of foreign cash from now on; rates of before are kept.

    Adds a rate. Raises InvalidInput at currency or rate. Publishes CounterSettingChanged. Not idempotent.
    """
    currency = currency.strip().upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()) or (
        currency == hotel_by_id(hotel_id).currency
    ):
        raise InvalidInput(field="currency")
    if not rate.is_finite() or rate <= 0 or rate > LARGEST_RATE or rate != rate.quantize(Decimal("0.000001")):
        raise InvalidInput(field="rate")
    db.execute(
        "INSERT INTO billing_currencyrate (hotel_id, currency, rate, since, set_by) VALUES (%s, %s, %s, %s, %s)",
        [hotel_id, currency, rate, now, actor.user_id],
    )
    _changed("rate", hotel_id, actor, now, currency=currency, rate=rate)


@operation(Permission.SET_COUNTER)
def save_compensation_item(
    *, hotel_id: int, item_id: int | None, name: str, name_en: str, price: Decimal, is_active: bool, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Put a thing on the price list for damage, or change it; what was charged stays as charged.

    Changes the list. Raises InvalidInput at name or price, NotFound, NumberTaken. Publishes CounterSettingChanged. Not
    idempotent.
    """
    name = clean_text(name, field="name", limit=60)
    name_en = clean_text(name_en, field="name_en", limit=80)
    if not name:
        raise InvalidInput(field="name")
    price = clean_amount(price, currency=hotel_by_id(hotel_id).currency, field="price")
    if db.fetch_value(
        "SELECT 1 FROM billing_compensationitem WHERE hotel_id = %s AND name = %s AND id IS DISTINCT FROM %s",
        [hotel_id, name, item_id],
    ):
        raise NumberTaken(field="name")
    if item_id is None:
        saved: int | None = db.fetch_value(
            "INSERT INTO billing_compensationitem (hotel_id, name, name_en, price, is_active)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING id",
            [hotel_id, name, name_en, price, is_active],
        )
    else:
        saved = db.fetch_value(
            "UPDATE billing_compensationitem SET name = %s, name_en = %s, price = %s, is_active = %s"
            " WHERE hotel_id = %s AND id = %s RETURNING id",
            [name, name_en, price, is_active, hotel_id, item_id],
        )
    if saved is None:
        raise NotFound
    _changed("compensation", hotel_id, actor, now, item=saved, price=price, active=is_active)
    return saved


@dataclass(frozen=True, slots=True, kw_only=True)
class LateStep:
    """From this hour on so many per cent of the night's price; for one plan, one level, or everybody."""

    from_time: time
    percent: Decimal
    plan_id: int | None = None
    level: str | None = None


@operation(Permission.SET_COUNTER)
def set_late_fees(*, hotel_id: int, steps: Sequence[LateStep], actor: Actor, now: datetime) -> None:
    """Say what late departure costs by the hour; the whole set takes the place of the one before.

    Changes the rule. Raises InvalidInput at percent or from_time. Publishes CounterSettingChanged. Idempotent.
    """
    keys = {(step.plan_id, step.level, step.from_time) for step in steps}
    if len(keys) != len(steps):
        raise InvalidInput(field="from_time")
    for step in steps:
        if not step.percent.is_finite() or not 0 <= step.percent <= 100:
            raise PercentOutOfRange
    db.execute("DELETE FROM billing_latefee WHERE hotel_id = %s", [hotel_id])
    for step in steps:
        db.execute(
            "INSERT INTO billing_latefee (hotel_id, plan_id, level, from_time, percent) VALUES (%s, %s, %s, %s, %s)",
            [hotel_id, step.plan_id, step.level, step.from_time, step.percent],
        )
    _changed("late_fee", hotel_id, actor, now, steps=len(steps))


@operation(Permission.SET_COUNTER)
def set_late_charge_days(*, hotel_id: int, days: int, actor: Actor, now: datetime) -> None:
    """Say how long after a bill was closed a late charge may be posted.

    Changes the setting. Raises InvalidInput at days. Publishes CounterSettingChanged. Idempotent.
    """
    if not 0 <= days <= 3650:
        raise InvalidInput(field="days")
    db.execute(
        "INSERT INTO billing_countersetting (hotel_id, late_charge_days) VALUES (%s, %s)"
        " ON CONFLICT (hotel_id) DO UPDATE SET late_charge_days = excluded.late_charge_days",
        [hotel_id, days],
    )
    _changed("days", hotel_id, actor, now, days=days)
