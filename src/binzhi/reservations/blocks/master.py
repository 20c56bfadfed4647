"""The master bill of a group (团队总账): rooms go there at once, other families of charges when the guests leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.billing import corrections, ledger
from binzhi.billing.receivables.credit import within_credit
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import rows
from binzhi.reservations.enums import BlockStatus
from binzhi.reservations.errors import BlockEnded
from binzhi.reservations.events import BlockChanged

# Families of charge codes that may go to the master bill besides the room.
FAMILIES = ("food", "minibar", "laundry", "fee", "other")
_SET = """
WITH account AS (
    SELECT id FROM billing_account WHERE folio_id = %(folio)s AND kind = 'folio' ORDER BY "window" LIMIT 1
), own AS (
    SELECT rr.id, (SELECT a.id FROM billing_account a WHERE a.folio_id = rr.folio_id AND a.kind = 'folio'
                   ORDER BY a."window" LIMIT 1) AS account_id
    FROM reservations_roomreservation rr WHERE rr.block_id = %(block)s AND rr.status IN ('reserved', 'in_house')
), routed AS (
    UPDATE reservations_roomreservation rr
    SET charge_account_id = CASE WHEN %(rooms)s THEN (SELECT id FROM account) ELSE own.account_id END
    FROM own WHERE own.id = rr.id
)
UPDATE reservations_block SET folio_id = %(folio)s, room_to_master = %(rooms)s, to_master = %(families)s::varchar[]
WHERE id = %(block)s
"""


@operation(Permission.MANAGE_BLOCKS)
def set_master(
    *, hotel_id: int, block_id: int, room_to_master: bool, to_master: Sequence[str] = (), actor: Actor, now: datetime
) -> int:
    """Say what the group pays together; its bill, opened where there was none.

    The room charges of everybody in the group go to it from now on (or no more); the other families are moved there by
    `move_to_master`. What was posted before stays where it is. Locks day, group, its rooms. Raises NotFound,
    BlockEnded, InvalidInput at `to_master`. Publishes BlockChanged. Idempotent.
    """
    if not set(to_master) <= set(FAMILIES):
        raise InvalidInput(field="to_master", message=_("Choose from the list."))
    block = rows.lock(hotel_id=hotel_id, block_id=block_id)
    if block.is_over:
        raise BlockEnded(status=BlockStatus(block.status).label)
    db.execute(
        "SELECT id FROM reservations_roomreservation WHERE block_id = %s ORDER BY id FOR NO KEY UPDATE", [block_id]
    )
    folio_id = block.folio_id
    if folio_id is None:
        folio_id = ledger.open_folio(
            hotel_id=hotel_id, guest_id=block.guest_id, payee=block.name[:80], organisation_id=block.organisation_id,
            now=now,
        ).folio_id  # fmt: skip
    db.execute(
        _SET, {"folio": folio_id, "block": block_id, "rooms": room_to_master, "families": sorted(set(to_master))}
    )
    record(
        "block.master_set", subject="block", subject_id=block_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"folio": folio_id, "rooms": room_to_master, "families": sorted(set(to_master))},
        event=BlockChanged(hotel_id=hotel_id, block_id=block_id),
    )  # fmt: skip
    return folio_id


# What still stands of charges of the families on the guests' own open windows.
_STANDING = """
SELECT a.id AS source_id, array_agg(DISTINCT c.root ORDER BY c.root) AS roots FROM (
    SELECT coalesce(t.origin_id, t.id) AS root, l.account_id, sum(l.amount) AS amount
    FROM reservations_roomreservation rr
    JOIN billing_account w ON w.folio_id = rr.folio_id AND w.kind = 'folio' AND w.is_open
    JOIN billing_line l ON l.account_id = w.id
    JOIN billing_transaction t ON t.id = l.transaction_id
    JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'charge'
    JOIN billing_chargecode k ON k.id = r.charge_code_id AND k."group" = ANY (%(families)s)
    WHERE rr.hotel_id = %(hotel)s AND rr.block_id = %(block)s AND rr.status = 'in_house'
      AND (%(stay)s::bigint IS NULL OR rr.id = %(stay)s::bigint)
    GROUP BY 1, 2 HAVING sum(l.amount) > 0
) c JOIN billing_account a ON a.id = c.account_id GROUP BY a.id ORDER BY a.id
"""
_FIRST_WINDOW = "SELECT min(id) FROM billing_account WHERE folio_id = %s AND kind = 'folio'"
_MEMBER = "SELECT 1 FROM reservations_roomreservation WHERE id = %s AND block_id = %s"


@operation(Permission.MANAGE_BLOCKS)
def move_to_master(
    *, hotel_id: int, block_id: int, room_reservation_id: int | None = None, exceed_limit: bool = False, actor: Actor,
    now: datetime,
) -> Decimal:  # fmt: skip
    """Move what stands of the group's families of charges from the guests' bills to the master; how much.

    Of everybody in the house, or of one stay. Locks day, group, windows. Raises NotFound, FolioClosed,
    CreditLimitExceeded (unless `exceed_limit` by who may). Publishes BlockChanged. Idempotent: what has been moved is
    there.
    """
    block = rows.lock(hotel_id=hotel_id, block_id=block_id)
    if room_reservation_id is not None and not db.fetch_value(_MEMBER, [room_reservation_id, block_id]):
        raise NotFound
    families = db.fetch_value("SELECT to_master FROM reservations_block WHERE id = %s", [block_id])
    moved, made = ZERO, list[int]()
    if block.folio_id is not None and families:
        target_id: int = db.fetch_value(_FIRST_WINDOW, [block.folio_id])
        asked = {"hotel": hotel_id, "block": block_id, "families": list(families), "stay": room_reservation_id}
        sources = [row["source_id"] for row in db.fetch_all(_STANDING, asked)]
        # All of them in order, before the first is changed; then what stands is read anew.
        ledger.lock_accounts(hotel_id=hotel_id, account_ids=[target_id, *sources])
        for source in db.fetch_all(_STANDING, asked):
            done = corrections.transfer(
                hotel_id=hotel_id, transaction_ids=source["roots"], source_id=source["source_id"], target_id=target_id,
                amount=None, reason=block.number, currency=block.currency, user_id=actor.user_id, now=now,
            )  # fmt: skip
            moved += done.amount
            made += done.transaction_ids
    over = within_credit(hotel_id=hotel_id, transaction_ids=made, actor=actor, exceed_limit=exceed_limit)
    record(
        "block.moved_to_master", subject="block", subject_id=block_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"amount": moved, "room": room_reservation_id, **over},
        event=BlockChanged(hotel_id=hotel_id, block_id=block_id),
    )  # fmt: skip
    return moved
