"""What follows by itself: the standing list looks at reservations, visits follow their stay, row 9 a broken seal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from procrastinate import App

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.vip import follow, services
from binzhi.vip.enums import Happening
from binzhi.vip.requests import NewVisit

RECEPTION = Actor.system("vip reception")
_log = logging.getLogger(__name__)


def catch_up(*, now: datetime) -> int:
    """Do all that is to be followed up now; how many visits it concerned. Safe to run at any time, by several workers.

    A visit that refuses is left for the next look and holds up no other.
    """
    db.enter_scope("*", "*")
    steps: list[tuple[Callable[[], list[dict[str, Any]]], Callable[..., object]]] = [
        (follow.unproposed, _propose),
        (follow.out_of_step, services.follow_stay),
        (lambda: follow.arrived(now), services.note_arrival),
        (lambda: follow.checked_out(now), _check_out),
        (follow.broken_seals, services.follow_broken_seal),
    ]
    done = 0
    for find, do in steps:
        for found in find():
            try:
                do(**found, actor=RECEPTION, now=now)
            except DomainError as refusal:
                # Somebody was quicker, or the house is not as it was a moment ago.
                _log.info("visit not followed up: %s", refusal.code)
            else:
                done += 1
    return done


def _propose(
    *, hotel_id: int, room_reservation_id: int, standing_id: int, guest_id: int | None, actor: Actor, now: datetime
) -> None:
    visit = NewVisit(guest_id=guest_id, room_reservation_id=room_reservation_id)
    services.propose_visit(hotel_id=hotel_id, visit=visit, standing_id=standing_id, actor=actor, now=now)


def _check_out(
    *, hotel_id: int, visit_id: int, at: datetime, gone: bool, unnoted: bool, actor: Actor, now: datetime
) -> None:
    what: dict[str, Any] = {"hotel_id": hotel_id, "visit_id": visit_id, "at": at, "actor": actor, "now": now}
    if unnoted:
        services.note_event(kind=Happening.CHECK_OUT.value, **what)
    if gone:
        services.note_departure(**what)


def register(app: App) -> None:
    """Make the follow-up known to the worker: every ten seconds, and at once when something asks for it."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */10")
    @app.task(name="vip.catch_up", queueing_lock="vip.catch_up", lock="vip.catch_up")
    def follow_up(timestamp: int) -> int:
        return catch_up(now=clock.now())

    @app.task(name="vip.catch_up_now", lock="vip.catch_up", retry=WHEN_AWAY)
    def follow_up_now() -> int:
        return catch_up(now=clock.now())


def at_once(app: App) -> Any:
    """The reaction to events that are rare and should not wait: the list was changed, a seal was broken."""

    def defer(*, event_id: int, **_payload: Any) -> None:
        app.configure_task("vip.catch_up_now").defer()

    return defer
