"""Things a visit needs: what purchasing delivers and housekeeping receives, the two key cards."""

from __future__ import annotations

from datetime import datetime

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.services.tasks import countersign_task
from binzhi.vip import engine, reception
from binzhi.vip.access import Permission
from binzhi.vip.enums import CardFor, PurchaseKind, PurchaseState
from binzhi.vip.errors import AlreadyReceived, CardsMade, NotDelivered
from binzhi.vip.events import KeyCardMoved, PurchaseMoved
from binzhi.vip.models import KeyCard, Purchase, Visit
from binzhi.vip.visits import lock_visit

QUALITY_LIMIT, NAME_LIMIT = 40, 60
FLOWERS, CARDS = "flowers", "key-cards"


@operation(Permission.PLAN)
def order_purchase(
    *, hotel_id: int, visit_id: int, kind: str, quality: str = "", needed_by: datetime, actor: Actor, now: datetime
) -> int:
    """Order something for a visit; flowers of the level's class are ordered by the approval itself.

    Locks the visit. Raises NotFound, VisitEnded, NotApproved, InvalidInput at the field. Publishes PurchaseMoved.
    """
    if kind not in PurchaseKind.values:
        raise InvalidInput(field="kind")
    quality = clean_text(quality, field="quality", limit=QUALITY_LIMIT)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    engine.run_of(visit)
    purchase = Purchase.objects.create(
        hotel_id=hotel_id, visit=visit, kind=kind, quality=quality, needed_by=needed_by, ordered_at=now
    )
    _moved(purchase, "", actor, now)
    return purchase.pk


@operation(Permission.DELIVER_PURCHASE)
def deliver_purchase(*, hotel_id: int, purchase_id: int, actor: Actor, now: datetime) -> None:
    """Purchasing has brought it to the room; for flowers, its signature under clause 6.

    Flowers that come before every department has signed for the notice are kept as delivered; the task waits. Locks
    the visit, then its run. Raises NotFound, VisitEnded, AlreadyReceived, WrongPost. Publishes PurchaseMoved.
    """
    visit, purchase = _lock(hotel_id, purchase_id)
    if purchase.state != PurchaseState.ORDERED:
        raise AlreadyReceived
    if purchase.kind == PurchaseKind.FLOWERS:
        engine.settle(visit, engine.keys_of(visit, FLOWERS), wait=True, actor=actor, now=now)
    purchase.state, purchase.delivered_by_id, purchase.delivered_at = PurchaseState.DELIVERED, actor.user_id, now
    purchase.save(update_fields=["state", "delivered_by", "delivered_at"])
    _moved(purchase, PurchaseState.ORDERED, actor, now)


@operation(Permission.RECEIVE_PURCHASE)
def receive_purchase(*, hotel_id: int, purchase_id: int, actor: Actor, now: datetime) -> None:
    """Housekeeping has it; for flowers, the countersignature that closes clause 6.

    Locks the visit, then its run. Raises NotFound, VisitEnded, NotDelivered, AlreadyReceived, WrongPost. Publishes
    PurchaseMoved.
    """
    visit, purchase = _lock(hotel_id, purchase_id)
    if purchase.state == PurchaseState.RECEIVED:
        raise AlreadyReceived
    if purchase.state == PurchaseState.ORDERED:
        raise NotDelivered
    if purchase.kind == PurchaseKind.FLOWERS:
        _countersign(visit, actor, now)
    purchase.state, purchase.received_by_id, purchase.received_at = PurchaseState.RECEIVED, actor.user_id, now
    purchase.save(update_fields=["state", "received_by", "received_at"])
    _moved(purchase, PurchaseState.DELIVERED, actor, now)


def _countersign(visit: Visit, actor: Actor, now: datetime) -> None:
    """Only where purchasing has signed: flowers delivered ahead of their task have nothing to countersign yet."""
    task = engine.unended(engine.run_of(visit), engine.keys_of(visit, FLOWERS))
    if task is not None and engine.is_signed(task):
        countersign_task(hotel_id=visit.hotel_id, task_id=task.id, actor=engine.acting(actor, visit.hotel_id), now=now)


def _lock(hotel_id: int, purchase_id: int) -> tuple[Visit, Purchase]:
    visit_id = Purchase.objects.filter(hotel_id=hotel_id, pk=purchase_id).values_list("visit_id", flat=True).first()
    if visit_id is None:
        raise NotFound(field="purchase")
    return lock_visit(hotel_id=hotel_id, visit_id=visit_id), Purchase.objects.get(pk=purchase_id)


def _moved(purchase: Purchase, before: str, actor: Actor, now: datetime) -> None:
    record(
        f"visit.purchase_{purchase.state}", subject="visit", subject_id=purchase.visit_id, hotel_id=purchase.hotel_id,
        actor=actor, now=now, before={"state": before},
        after={"purchase": purchase.pk, "kind": purchase.kind, "quality": purchase.quality, "state": purchase.state},
        event=PurchaseMoved(
            hotel_id=purchase.hotel_id, visit_id=purchase.visit_id, purchase_id=purchase.pk, state=purchase.state
        ),
    )  # fmt: skip


@operation(Permission.MAKE_KEYS)
def make_key_cards(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> None:
    """Make the two cards, the guest card stamped with the level: one for the escorting leader, one for the room.

    Locks the visit. Not idempotent. Raises NotFound, VisitEnded, NotApproved, CardsMade. Publishes KeyCardMoved.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    engine.run_of(visit)
    if KeyCard.objects.filter(visit=visit).exists():
        raise CardsMade
    KeyCard.objects.bulk_create(
        KeyCard(hotel_id=hotel_id, visit=visit, purpose=purpose, made_by_id=actor.user_id, made_at=now)
        for purpose in CardFor.values
    )
    _card_moved(visit, "made", {"cards": list(CardFor.values)}, actor, now)


@operation(Permission.MAKE_KEYS)
def hand_over_key_card(
    *, hotel_id: int, visit_id: int, purpose: str, received_by: str, actor: Actor, now: datetime
) -> None:
    """Note who took a card. With both handed over the task of clause 10 is done.

    Locks the visit, then its run. Raises NotFound, VisitEnded, AlreadyReceived, InvalidInput at the name, WrongPost.
    Publishes KeyCardMoved.
    """
    received_by = clean_text(received_by, field="received_by", limit=NAME_LIMIT, required=True)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    card = KeyCard.objects.filter(visit=visit, purpose=purpose).first()
    if card is None:
        raise NotFound(field="card")
    if card.received_at is not None:
        raise AlreadyReceived
    card.received_by, card.received_at = received_by, now
    card.save(update_fields=["received_by", "received_at"])
    cards = {one.purpose: one for one in KeyCard.objects.filter(visit=visit)}
    if all(one.received_at is not None for one in cards.values()) and reception.is_live(visit):
        engine.settle(
            visit, [CARDS], text=cards[CardFor.LEADER].received_by, ticks=("leader", "in-room", "stamp"),
            actor=actor, now=now,
        )  # fmt: skip
    _card_moved(visit, "received", {"card": purpose}, actor, now)


def _card_moved(visit: Visit, state: str, after: dict[str, object], actor: Actor, now: datetime) -> None:
    record(
        f"visit.key_card_{state}", subject="visit", subject_id=visit.pk, hotel_id=visit.hotel_id, actor=actor, now=now,
        after=after, event=KeyCardMoved(hotel_id=visit.hotel_id, visit_id=visit.pk, state=state),
    )  # fmt: skip
