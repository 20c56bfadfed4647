"""联房: rooms joined, parted, and paid by one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError

from binzhi.billing import corrections, ledger
from binzhi.billing.receivables.credit import within_credit
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NotJoined, RoomPaidElsewhere, TwoRoomsToJoin
from binzhi.frontdesk.events import MovedToPayer, RoomParted, RoomsJoined
from binzhi.frontdesk.held import HeldStay, hold_stay, hold_stays
from binzhi.frontdesk.services.groups import GroupDone, Refused
from binzhi.frontdesk.services.leaving import check_out
from binzhi.frontdesk.together.queries import Joined, PartyView, party_of
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Conflict, DomainError
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.enums import Status

_PARTIES = """
SELECT DISTINCT party_id FROM frontdesk_partyroom WHERE room_reservation_id = ANY(%s) AND parted_at IS NULL
ORDER BY party_id
"""
_PART = """
UPDATE frontdesk_partyroom SET parted_at = %(now)s WHERE party_id = ANY(%(parties)s) AND parted_at IS NULL
RETURNING room_reservation_id
"""
_JOIN = """
WITH party AS (
    INSERT INTO frontdesk_party (hotel_id, payer_id, made_by, made_at) VALUES (%(hotel)s, %(payer)s, %(user)s::bigint,
        %(now)s) RETURNING id
)
INSERT INTO frontdesk_partyroom (hotel_id, party_id, room_reservation_id, joined_at)
SELECT %(hotel)s, party.id, x.stay, %(now)s FROM party, unnest(%(stays)s::bigint[]) AS x (stay) RETURNING party_id
"""


@operation(Permission.CHANGE_STAY)
def join_rooms(
    *, hotel_id: int, room_reservation_ids: Sequence[int], payer_id: int | None = None, actor: Actor, now: datetime
) -> int:
    """Let rooms belong together, with those each was joined to before; `payer_id` is whose bill takes what all owe.

    Adds a party. Locks the stays. Raises NotFound, WrongStatus (gone), TwoRoomsToJoin, Conflict. Publishes
    RoomsJoined. Again it makes the same party anew.
    """
    payer = payer_id if payer_id is not None else (room_reservation_ids[0] if room_reservation_ids else 0)
    wanted = set(room_reservation_ids)
    if not wanted:
        raise TwoRoomsToJoin
    for room in hold_stays(hotel_id=hotel_id, stay_ids=sorted(wanted | {payer})).values():
        room.require(Status.RESERVED, Status.IN_HOUSE)
    if len(wanted) < 2 or payer not in wanted:
        raise TwoRoomsToJoin
    parties = db.fetch_values(_PARTIES, [sorted(wanted)])
    together = wanted | set(db.fetch_values(_PART, {"parties": parties, "now": now}) if parties else ())
    try:
        party_id: int = db.fetch_value(
            _JOIN,
            {"hotel": hotel_id, "payer": payer, "user": actor.user_id, "now": now, "stays": sorted(together)},
        )
    except IntegrityError as error:
        if db.constraint_of(error) == "room_in_one_party":
            # Somebody joined another room of the same party at this moment.
            raise Conflict from error
        raise
    record(
        RoomsJoined.topic, subject="room_reservation", subject_id=payer, hotel_id=hotel_id, actor=actor, now=now,
        before={"parties": parties}, after={"party": party_id, "rooms": sorted(together)},
        event=RoomsJoined(hotel_id=hotel_id, room_reservation_id=payer, party_id=party_id),
    )  # fmt: skip
    return party_id


@operation(Permission.CHANGE_STAY)
def part_room(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> None:
    """Take a room out of its party; one that is left alone is no party. Another pays when the payer goes.

    Changes the party. Locks the stay. Raises NotFound, NotJoined. Publishes RoomParted. A second call
    is refused.
    """
    hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
    party = party_of(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if party is None:
        raise NotJoined
    left = [room.stay_id for room in party.rooms if room.stay_id != room_reservation_id]
    gone = [room_reservation_id] if len(left) > 1 else [room_reservation_id, *left]
    db.execute(
        "UPDATE frontdesk_partyroom SET parted_at = %s WHERE room_reservation_id = ANY(%s) AND parted_at IS NULL",
        [now, gone],
    )
    if party.payer_id == room_reservation_id and len(left) > 1:
        db.execute("UPDATE frontdesk_party SET payer_id = %s WHERE id = %s", [left[0], party.pk])
    record(
        RoomParted.topic, subject="room_reservation", subject_id=room_reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before={"party": party.pk}, after={"parted": gone},
        event=RoomParted(hotel_id=hotel_id, room_reservation_id=room_reservation_id, party_id=party.pk),
    )  # fmt: skip


# What stands of charges on a stay's own open windows; a company pays its own.
_STANDING = """
SELECT source_id, array_agg(root ORDER BY root) AS roots FROM (
    SELECT l.account_id AS source_id, coalesce(t.origin_id, t.id) AS root
    FROM billing_account w
    JOIN billing_line l ON l.account_id = w.id
    JOIN billing_transaction t ON t.id = l.transaction_id
    JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'charge'
    WHERE w.folio_id = %s AND w.kind = 'folio' AND w.is_open AND w.organisation_id IS NULL AND w.balance > 0
    GROUP BY 1, 2 HAVING sum(l.amount) > 0
) c GROUP BY source_id ORDER BY source_id
"""
_OWED = "SELECT balance FROM billing_account WHERE id = %s"


@operation(Permission.CHECK_OUT)
def move_to_payer(
    *, hotel_id: int, room_reservation_id: int, exceed_limit: bool = False, actor: Actor, now: datetime
) -> Decimal:
    """Move what a joined room owes to the bill of the room that pays for the party; how much.

    Changes both bills. Locks hotel day, stays, windows. Raises NotFound, NotJoined, RoomPaidElsewhere (the payer
    has no open bill), FolioClosed, NotTransferable (part of it is paid: settle it there), CreditLimitExceeded
    (unless `exceed_limit` by who may). Publishes MovedToPayer.
    Idempotent: what has been moved is there.
    """
    party = party_of(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if party is None or party.payer_id == room_reservation_id:
        hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
        raise NotJoined
    ledger.hold_day(hotel_id=hotel_id)
    rooms = hold_stays(hotel_id=hotel_id, stay_ids=[room_reservation_id, party.payer_id])
    target = _payer_window(rooms[party.payer_id])
    stay, moved, currency = rooms[room_reservation_id], ZERO, hotel_by_id(hotel_id).currency
    sources = db.fetch_all(_STANDING, [stay.folio_id]) if stay.folio_id else []
    ledger.lock_accounts(hotel_id=hotel_id, account_ids=[target, *(row["source_id"] for row in sources)])
    made: list[int] = []
    for source in db.fetch_all(_STANDING, [stay.folio_id]) if sources else []:
        done = corrections.transfer(
            hotel_id=hotel_id, transaction_ids=source["roots"], source_id=source["source_id"], target_id=target,
            amount=None, reason=stay.number, currency=currency, user_id=actor.user_id, now=now,
        )  # fmt: skip
        moved += done.amount
        made += done.transaction_ids
    over = within_credit(hotel_id=hotel_id, transaction_ids=made, actor=actor, exceed_limit=exceed_limit)
    record(
        MovedToPayer.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"amount": moved, "payer": party.payer_id, **over},
        event=MovedToPayer(hotel_id=hotel_id, room_reservation_id=stay.id, party_id=party.pk),
    )  # fmt: skip
    return moved


def _payer_window(payer: HeldStay) -> int:
    found = db.fetch_value(
        "SELECT min(id) FROM billing_account WHERE folio_id = %s AND kind = 'folio' AND is_open", [payer.folio_id]
    )
    if found is None:
        raise RoomPaidElsewhere
    return int(found)


def check_out_party(
    *, hotel_id: int, room_reservation_id: int, exceed_limit: bool = False, actor: Actor, now: datetime
) -> GroupDone:
    """Check out all of a party but the one that pays, after moving what they owe to its bill.

    Each room is its own operation: who cannot leave is named with the rule that stands against it. Needs the right to
    check out. Raises Forbidden, NotFound, NotJoined. Publishes MovedToPayer and CheckedOut each. Idempotent.
    """
    actor.require(Permission.CHECK_OUT, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    party = party_of(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if party is None:
        raise NotJoined
    done: list[str] = []
    refused: list[Refused] = []
    for room in _leaving(party):
        try:
            move_to_payer(
                hotel_id=hotel_id, room_reservation_id=room.stay_id, exceed_limit=exceed_limit, actor=actor, now=now
            )
            check_out(hotel_id=hotel_id, room_reservation_id=room.stay_id, actor=actor, now=now)
        except DomainError as refusal:
            refused.append(Refused(room.stay_id, room.number, room.short_name, room.room, refusal.code, refusal.text))
        else:
            done.append(room.room)
    return GroupDone(tuple(done), tuple(refused))


def _leaving(party: PartyView) -> list[Joined]:
    return [room for room in party.rooms if room.status == Status.IN_HOUSE and room.stay_id != party.payer_id]
