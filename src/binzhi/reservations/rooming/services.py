"""Taking a checked rooming list over: files opened or found, rooms picked up, sharers noted, all in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests import files
from binzhi.guests.access import Permission as Guests
from binzhi.guests.details import GuestDetails
from binzhi.guests.documents import number_index
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import queries
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import Pick
from binzhi.reservations.events import BlockChanged
from binzhi.reservations.rooming.checking import ListedRoom, Person, check
from binzhi.reservations.rooming.reading import Line


@dataclass(frozen=True, slots=True)
class TakenList:
    """What came of a list. `known`: rooms that were taken up from a list before, left alone."""

    rooms: int
    people: int
    new_files: int
    known: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What a list would come to: `fresh` rooms to be taken, `known` ones left alone, what is wrong in which cell."""

    view: queries.BlockView
    fresh: list[ListedRoom]
    known: int
    errors: dict[tuple[int, str], str]


def examine_rooming_list(
    *, hotel_id: int, block_id: int, lines: Sequence[Line], extra: bool = False, actor: Actor
) -> Examined:
    """The list tried by the very rules it is taken by; nothing is written. Raises NotFound. Publishes nothing."""
    actor.require(Permission.MANAGE_BLOCKS, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    return _examined(hotel_id, block_id, lines, extra)


def _examined(hotel_id: int, block_id: int, lines: Sequence[Line], extra: bool) -> Examined:
    view = queries.block_view(hotel_id=hotel_id, block_id=block_id)
    kinds = room_types(hotel_id)
    # What is known already needs no room of the group: whether there are enough is checked without it.
    checked = check(view, kinds, lines, extra=True)
    known = _known_rooms(block_id)
    fresh = [room for room in checked.rooms if _key(room) not in known]
    errors = dict(checked.errors)
    if not extra:
        numbers = {person.number for room in fresh for person in room.people}
        errors |= check(view, kinds, [line for line in lines if line.number in numbers], extra=False).errors
    return Examined(view, fresh, len(checked.rooms) - len(fresh), errors)


@operation(Permission.MANAGE_BLOCKS)
def take_rooming_list(
    *, hotel_id: int, block_id: int, lines: Sequence[Line], extra: bool = False, actor: Actor, now: datetime
) -> TakenList:
    """Make a reservation for each room of the list out of the group; one wrong cell and nothing happens.

    A person is known by the document, else gets a file. A room whose people have one in this group for the same days
    already is left alone, so the same list twice is as once. Needs the right to open files. Locks day, group, nights.
    Raises InvalidInput at `rows.<number>.<field>`, NotFound, what `pick_up` refuses. Publishes what `pick_up` does.
    """
    actor.require(Guests.CREATE, hotel_id)
    # First, so that the same list sent twice at once is checked one after the other.
    db.execute("SELECT billing_hold_day(%s)", [hotel_id])
    db.execute(
        "SELECT 1 FROM reservations_block WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE", [hotel_id, block_id]
    )
    listed = _examined(hotel_id, block_id, lines, extra)
    _refuse(listed.errors)
    view, fresh = listed.view, listed.fresh
    group_id = hotel_by_id(hotel_id).group_id
    files_before = _owners(group_id, [person for room in fresh for person in room.people])
    new_files = 0
    ids: list[list[int]] = []
    for room in fresh:
        mine = []
        for person in room.people:
            guest_id, is_new = _file_of(group_id, person, files_before, view.organisation_id, now)
            new_files += is_new
            mine.append(guest_id)
        ids.append(mine)
    if fresh:
        picks = [_pick(room, mine) for room, mine in zip(fresh, ids, strict=True)]
        made = pick_up(hotel_id=hotel_id, block_id=block_id, picks=picks, extra=extra, actor=actor, now=now)
        _announce(hotel_id, [ref.room_ids[0] for ref in made], ids)
    people = sum(len(room.people) for room in fresh)
    record(
        "block.rooming_list_taken", subject="block", subject_id=block_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"rooms": len(fresh), "people": people, "new_files": new_files, "known": listed.known},
        event=BlockChanged(hotel_id=hotel_id, block_id=block_id),
    )  # fmt: skip
    return TakenList(len(fresh), people, new_files, listed.known)


def _refuse(errors: dict[tuple[int, str], str]) -> None:
    if errors:
        (number, name), text = min(errors.items())
        raise InvalidInput(field=f"rows.{number}.{name}", message=_("Row %(row)s: %(text)s"), row=number, text=text)


def _key(room: ListedRoom) -> tuple[object, ...]:
    people = frozenset(person.checked.number if person.checked else person.name for person in room.people)
    return (room.arrival, room.departure, people)


_KNOWN = """
SELECT rr.id, rr.arrival, rr.departure, g.name, d.number_index
FROM reservations_roomreservation rr
JOIN reservations_expectedguest e ON e.room_reservation_id = rr.id
JOIN guests_guest g ON g.id = e.guest_id
LEFT JOIN guests_guestdocument d ON d.guest_id = g.id
WHERE rr.block_id = %s AND rr.status IN ('reserved', 'in_house', 'checked_out')
"""


class _KnownRooms:
    """Rooms of the group taken up from lists, by dates and people; a person by name or by any document."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self.rooms: dict[object, tuple[object, object, dict[object, set[object]]]] = {}
        for row in rows:
            room = self.rooms.setdefault(row["id"], (row["arrival"], row["departure"], {}))
            marks = room[2].setdefault((row["name"],), {row["name"]})
            if row["number_index"] is not None:
                marks.add(bytes(row["number_index"]))  # type: ignore[call-overload]

    def __contains__(self, key: object) -> bool:
        assert isinstance(key, tuple)
        arrival, departure, people = key
        wanted = [{person, number_index(person)} for person in people]
        return any(
            (begins, ends) == (arrival, departure)
            and len(kept) == len(wanted)
            and all(any(marks & one for marks in kept.values()) for one in wanted)
            for begins, ends, kept in self.rooms.values()
        )


def _known_rooms(block_id: int) -> _KnownRooms:
    return _KnownRooms(db.fetch_all(_KNOWN, [block_id]))


_OWNERS = """
SELECT d.kind, d.country, d.number_index, coalesce(g.merged_into_id, g.id) AS guest_id
FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id
WHERE d.group_id = %s AND d.number_index = ANY (%s)
"""
Owners = dict[tuple[str, str, bytes], int]


def _owners(group_id: int, people: Sequence[Person]) -> Owners:
    """Whose documents are known, in one statement."""
    indexes = [number_index(person.checked.number) for person in people if person.checked]
    return {
        (row["kind"], row["country"], bytes(row["number_index"])): row["guest_id"]
        for row in db.fetch_all(_OWNERS, [group_id, indexes])
    }


def _file_of(
    group_id: int, person: Person, owners: Owners, organisation_id: int | None, now: datetime
) -> tuple[int, bool]:
    checked = person.checked
    if checked is not None:
        owner = owners.get((checked.kind, checked.country, number_index(checked.number)))
        if owner is not None:
            return owner, False
    try:
        guest_id = files.create(
            group_id=group_id, now=now,
            details=GuestDetails(name=person.name, phone=person.phone, organisation_id=organisation_id),
        )  # fmt: skip
        if person.document is not None:
            files.attach_document(group_id=group_id, guest_id=guest_id, document=person.document, now=now)
    except InvalidInput as refusal:
        refusal.field = f"rows.{person.number}.name"
        raise
    return guest_id, True


def _pick(room: ListedRoom, guest_ids: Sequence[int]) -> Pick:
    return Pick(
        room_type=room.room_type, arrival=room.arrival, departure=room.departure, adults=len(room.people),
        guest_id=guest_ids[0], guest_name=room.people[0].name, remarks=room.remarks,
    )  # fmt: skip


def _announce(hotel_id: int, room_ids: Sequence[int], guest_ids: Sequence[Sequence[int]]) -> None:
    rows = [
        (room_id, guest_id, position)
        for room_id, mine in zip(room_ids, guest_ids, strict=True)
        for position, guest_id in enumerate(dict.fromkeys(mine), start=1)
    ]
    db.execute(
        "INSERT INTO reservations_expectedguest (hotel_id, room_reservation_id, guest_id, position)"
        " SELECT %s, a.room, a.guest, a.position"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS a (room, guest, position)",
        [hotel_id, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
    )
