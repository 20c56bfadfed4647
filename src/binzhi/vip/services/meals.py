"""Meals of a visit: planned, their menu drafted by dining and approved by the general manager."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.vip import engine
from binzhi.vip.access import Permission
from binzhi.vip.errors import MenuApproved, MenuNotDrafted, NothingOfThisKind
from binzhi.vip.events import MenuChanged
from binzhi.vip.models import Menu, Visit
from binzhi.vip.visits import lock_visit

ROOM_LIMIT, DISHES_LIMIT, PROOF_LIMIT = 40, 4000, 1000
SEATS_LIMIT, MOST_SEATS, NAME_LIMIT = 2000, 60, 30
MEAL = "meal"


@operation(Permission.PLAN)
def plan_meal(
    *, hotel_id: int, visit_id: int, meal_at: datetime, private_room: str = "", actor: Actor, now: datetime
) -> int:
    """Put a meal into the visit: its tasks (menu, private room, service) are counted from its start. The menu's id.

    Locks the visit, then its run. Not idempotent: the same time again is another meal. Raises NotFound, VisitEnded,
    NotApproved, NothingOfThisKind (the protocol knows no meals), InvalidInput at the field. Publishes MenuChanged.
    """
    private_room = clean_text(private_room, field="private_room", limit=ROOM_LIMIT)
    _require_future(meal_at, now)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    run_id = engine.run_of(visit)
    if not engine.has_anchor(run_id, MEAL):
        raise NothingOfThisKind
    occurrence = (Menu.objects.filter(visit=visit).aggregate(last=Max("occurrence"))["last"] or 0) + 1
    happen(hotel_id=hotel_id, run_id=run_id, anchor=MEAL, at=meal_at, actor=engine.acting(actor, hotel_id), now=now)
    menu = Menu.objects.create(
        hotel_id=hotel_id, visit=visit, occurrence=occurrence, meal_at=meal_at, private_room=private_room
    )
    _record(menu, "planned", actor, now, after={"meal_at": meal_at, "occurrence": occurrence})
    return menu.pk


@operation(Permission.PLAN)
def move_meal(*, hotel_id: int, menu_id: int, meal_at: datetime, actor: Actor, now: datetime) -> None:
    """A meal begins at another time; its open tasks move along.

    Locks the visit, then its run. Raises NotFound, VisitEnded, InvalidInput at the time. Publishes MenuChanged.
    """
    _require_future(meal_at, now)
    visit, menu = _lock(hotel_id, menu_id)
    move_anchor(
        hotel_id=hotel_id, run_id=engine.run_of(visit), anchor=MEAL, occurrence=menu.occurrence, at=meal_at,
        actor=engine.acting(actor, hotel_id), now=now,
    )  # fmt: skip
    before, menu.meal_at = menu.meal_at, meal_at
    menu.save(update_fields=["meal_at"])
    _record(menu, "moved", actor, now, before={"meal_at": before}, after={"meal_at": meal_at})


@operation(Permission.DRAFT_MENU)
def draft_menu(*, hotel_id: int, menu_id: int, dishes: str, actor: Actor, now: datetime) -> None:
    """Dining writes the menu, the guest's history looked up; it closes the task of clause 23.

    May be written again until it is approved. Locks the visit, then its run. Raises NotFound, VisitEnded,
    MenuApproved, WrongPost, InvalidInput at the dishes. Publishes MenuChanged.
    """
    dishes = clean_text(dishes, field="dishes", limit=DISHES_LIMIT, required=True, multiline=True)
    visit, menu = _lock(hotel_id, menu_id)
    if menu.approved_at is not None:
        raise MenuApproved
    engine.settle(visit, ["menu-drafted"], text=dishes[:PROOF_LIMIT], occurrence=menu.occurrence, actor=actor, now=now)
    menu.dishes, menu.drafted_by_id, menu.drafted_at = dishes, actor.user_id, now
    menu.save(update_fields=["dishes", "drafted_by", "drafted_at"])
    _record(menu, "drafted", actor, now, after={"occurrence": menu.occurrence})


@operation(Permission.APPROVE_MENU)
def approve_menu(*, hotel_id: int, menu_id: int, actor: Actor, now: datetime) -> None:
    """The general manager approves the menu, which changes no more; it closes the task of clause 24.

    Locks the visit, then its run. Raises NotFound, VisitEnded, MenuNotDrafted, MenuApproved, WrongPost. Publishes
    MenuChanged.
    """
    visit, menu = _lock(hotel_id, menu_id)
    if menu.drafted_at is None:
        raise MenuNotDrafted
    if menu.approved_at is not None:
        raise MenuApproved
    engine.settle(visit, ["menu-approved"], occurrence=menu.occurrence, actor=actor, now=now)
    menu.approved_by_id, menu.approved_at = actor.user_id, now
    menu.save(update_fields=["approved_by", "approved_at"])
    _record(menu, "approved", actor, now, after={"occurrence": menu.occurrence})


@operation(Permission.DRAFT_MENU)
def seat_guests(*, hotel_id: int, menu_id: int, seats: str, actor: Actor, now: datetime) -> None:
    """Write who sits at the table, one name to a line from the seat of honour: the seat cards of the meal.

    Also once the menu is approved. Locks the visit. Raises NotFound, VisitEnded, InvalidInput at the seats. Publishes
    MenuChanged.
    """
    seats = clean_text(seats.replace("\r\n", "\n"), field="seats", limit=SEATS_LIMIT, multiline=True)
    names = [line.strip() for line in seats.split("\n") if line.strip()]
    if len(names) > MOST_SEATS:
        raise InvalidInput(field="seats", message=_("At most %(most)s names."), most=MOST_SEATS)
    longest = max((len(name) for name in names), default=0)
    if longest > NAME_LIMIT:
        raise InvalidInput(
            field="seats", message=_("A name has at most %(limit)s characters; one here has %(length)s."),
            limit=NAME_LIMIT, length=longest,
        )  # fmt: skip
    _visit, menu = _lock(hotel_id, menu_id)
    menu.seats = "\n".join(names)
    menu.save(update_fields=["seats"])
    _record(menu, "seated", actor, now, after={"seats": len(names)})


def _require_future(meal_at: datetime, now: datetime) -> None:
    if meal_at <= now:
        raise InvalidInput(field="meal_at", message=_("This time has passed."))


def _lock(hotel_id: int, menu_id: int) -> tuple[Visit, Menu]:
    visit_id = Menu.objects.filter(hotel_id=hotel_id, pk=menu_id).values_list("visit_id", flat=True).first()
    if visit_id is None:
        raise NotFound(field="menu")
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    return visit, Menu.objects.get(pk=menu_id)


def _record(
    menu: Menu,
    state: str,
    actor: Actor,
    now: datetime,
    *,
    after: dict[str, object],
    before: dict[str, object] | None = None,
) -> None:
    record(
        f"visit.menu_{state}", subject="visit", subject_id=menu.visit_id, hotel_id=menu.hotel_id, actor=actor, now=now,
        before=before, after={"menu": menu.pk, **after},
        event=MenuChanged(hotel_id=menu.hotel_id, visit_id=menu.visit_id, menu_id=menu.pk, state=state),
    )  # fmt: skip
