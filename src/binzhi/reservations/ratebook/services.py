"""Painting prices, restrictions and limits; applying the rules; taking a whole painting back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations.access import Permission
from binzhi.reservations.errors import AlreadyUndone, EffectChanged, FloorBroken, NothingPainted
from binzhi.reservations.events import RatesPainted
from binzhi.reservations.ratebook import cells as rows
from binzhi.reservations.ratebook import undoing
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.effects import Effect, effect_of
from binzhi.reservations.ratebook.rules import effect_of_rules

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Painted:
    """What was written: under which number it can be taken back."""

    painting_id: int
    cells: int
    nights: int


def preview(*, hotel_id: int, brush: Brush, actor: Actor) -> Effect:
    """What painting would change; nothing is kept. Raises InvalidInput at the field. Publishes nothing."""
    _require(actor, hotel_id, brush)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    return effect_of(hotel_id=hotel_id, brush=brush, lock=False)


@operation(Permission.SET_RATES)
def paint(
    *, hotel_id: int, brush: Brush, shown: str | None = None, reason: str = "", actor: Actor, now: datetime
) -> Painted:
    """Write what the brush says over its nights, types and plans, as one painting that can be taken back.

    Bookings keep the prices they were made at. Limits need the right to set them, a price below its floor the right to
    break it. Locks the hotel's painting, nights, rates. Raises InvalidInput at the field, FloorBroken naming every
    cell, EffectChanged where the effect is not the one `shown`, NothingPainted, LimitBelowSold. Publishes RatesPainted.
    Not idempotent by itself, but painting the same again changes nothing and is refused so.
    """
    _require(actor, hotel_id, brush)
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    effect = effect_of(hotel_id=hotel_id, brush=brush, lock=True)
    return _keep(hotel_id, effect, "hand", shown=shown, reason=reason, actor=actor, now=now)


def _require(actor: Actor, hotel_id: int, brush: Brush) -> None:
    actor.require(Permission.SET_RATES, hotel_id)
    if brush.touches_limits:
        actor.require(Permission.SET_SELL_LIMITS, hotel_id)


def preview_rules(
    *, hotel_id: int, rate_plan: str, room_types: Sequence[str], first: date, last: date, actor: Actor
) -> Effect:
    """What applying the rules of a plan would change; nothing is kept. Raises InvalidInput at the field."""
    actor.require(Permission.SET_RATES, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    return effect_of_rules(
        hotel_id=hotel_id, rate_plan=rate_plan, room_types=room_types, first=first, last=last, lock=False
    )


@operation(Permission.SET_RATES)
def apply_rules(
    *, hotel_id: int, rate_plan: str, room_types: Sequence[str], first: date, last: date, shown: str | None = None,
    actor: Actor, now: datetime,
) -> Painted:  # fmt: skip
    """Write the prices that the rules of a plan make of its base prices, as one painting that can be taken back.

    Locks the hotel's painting and the rates. Raises InvalidInput at the field, FloorBroken, EffectChanged,
    NothingPainted. Publishes RatesPainted.
    """
    effect = effect_of_rules(
        hotel_id=hotel_id, rate_plan=rate_plan, room_types=room_types, first=first, last=last, lock=True
    )
    return _keep(hotel_id, effect, "rules", shown=shown, reason="", actor=actor, now=now)


def _keep(
    hotel_id: int, effect: Effect, source: str, *, shown: str | None, reason: str, actor: Actor, now: datetime
) -> Painted:
    if not effect.cells:
        raise NothingPainted(field="price" if source == "hand" else "first")
    if effect.broken and not actor.may(Permission.BREAK_FLOOR, hotel_id):
        first = effect.broken[0]
        raise FloorBroken(cells=effect.broken, night=first.night, price=first.price, floor=first.floor)
    if shown is not None and shown != effect.digest:
        raise EffectChanged
    painting_id = rows.keep(
        hotel_id=hotel_id, cells=effect.cells, source=source, user_id=actor.user_id, now=now,
        under_floor=len(effect.broken), reason=reason,
    )  # fmt: skip
    _record(hotel_id, painting_id, effect.cells, source, reason, len(effect.broken), actor, now)
    return Painted(painting_id, len(effect.cells), effect.nights)


def _record(
    hotel_id: int, painting_id: int, cells: Sequence[rows.Cell], source: str, reason: str, under_floor: int,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    first, last = min(cell.night for cell in cells), max(cell.night for cell in cells)
    record(
        "rates.painted", subject="painting", subject_id=painting_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"source": source, "cells": len(cells), "first": first, "last": last, "under_floor": under_floor},
        reason=reason,
        event=RatesPainted(hotel_id=hotel_id, painting_id=painting_id, first=first, last=last),
    )  # fmt: skip


@operation(Permission.SET_RATES)
def undo_painting(*, hotel_id: int, painting_id: int, actor: Actor, now: datetime) -> Painted:
    """Give every cell of a painting the values it had before, which is a painting itself and can be taken back.

    Locks the hotel's painting, nights, rates. Raises NotFound, AlreadyUndone, PaintedSince (a cell was changed again:
    it says by which painting), LimitBelowSold. Publishes RatesPainted. Not idempotent: the second time refuses.
    """
    rows.take_turn(hotel_id)
    cells = undoing.cells_of(hotel_id=hotel_id, painting_id=painting_id)
    if not cells:
        raise NotFound
    if any(cell.rate_plan_id is None for cell in cells):
        actor.require(Permission.SET_SELL_LIMITS, hotel_id)
    if undoing.is_undone(painting_id=painting_id):
        raise AlreadyUndone
    undoing.refuse_if_changed(hotel_id=hotel_id, painting_id=painting_id)
    made = rows.keep(hotel_id=hotel_id, cells=cells, source="undo", user_id=actor.user_id, now=now, undoes=painting_id)
    _record(hotel_id, made, cells, "undo", "", 0, actor, now)
    return Painted(made, len(cells), len({cell.night for cell in cells}))
