"""Building block: the people of a stay, registered as the law asks (办法 art. 6; 未成年人保护法 art. 57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from binzhi.frontdesk.errors import (
    DocumentOfAnotherGuest,
    DocumentRequired,
    GuardianRequired,
    GuestRegisteredTwice,
    GuestRequired,
    GuestsNotRegistered,
    TooManyGuests,
)
from binzhi.frontdesk.readiness import HouseRoom
from binzhi.frontdesk.registration import minors as youth
from binzhi.frontdesk.registration.minors import Unguarded
from binzhi.frontdesk.registration.particulars import Particulars, clean_particulars, sealed_particulars
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.guests.documents import CheckedDocument, check_document, number_index
from binzhi.guests.phones import normalise_phone
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.text import clean_text
from binzhi.reservations.locks import LockedRoom

FULL_AGE = 18
NAME_LIMIT, RELATION_LIMIT = 60, 30


@dataclass(frozen=True, slots=True)
class Person:
    """A registration that was checked; `guest_id` is None until the file is opened."""

    position: int
    given: RegistrationInput
    guest_id: int | None
    name: str
    birth_date: date | None
    is_minor: bool
    document: CheckedDocument | None
    document_id: int | None
    guardian_phone: str
    particulars: Particulars

    @property
    def has_document(self) -> bool:
        return self.document is not None or self.document_id is not None


@dataclass(frozen=True, slots=True)
class Registered:
    """Who was registered: guest files in the order given, the main guest first."""

    main_guest_id: int | None
    guest_ids: tuple[int, ...]
    minors: int
    unguarded: tuple[Unguarded, ...] = ()


_FILES = """
SELECT g.id, g.name, g.sex, g.birth_date,
       coalesce((SELECT array_agg(d.id) FROM guests_guestdocument d WHERE d.guest_id = g.id), '{}') AS documents
FROM guests_guest g WHERE g.group_id = %s AND g.id = ANY (%s)
"""
_OWNERS = """
SELECT d.kind, d.country, d.number_index, d.guest_id, g.name
FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id
WHERE d.group_id = %s AND d.number_index = ANY (%s)
"""
_INSERT = """
INSERT INTO frontdesk_registration (id, hotel_id, room_reservation_id, guest_id, document_id, is_main, is_minor,
    guardian_name, guardian_phone_sealed, guardian_relation, guardian_reached, room_relation, identity_by,
    particulars_sealed, registered_at, registered_by)
VALUES (%(id)s, %(hotel)s, %(stay)s, %(guest)s::bigint, %(document)s::bigint, %(main)s, %(minor)s, %(guardian)s,
    %(phone)s::bytea, %(relation)s, %(reached)s::boolean, %(with)s, %(known)s, %(particulars)s::bytea, %(now)s,
    %(by)s::bigint)
"""


def guardian_phone_place(registration_id: int) -> str:
    """What a sealed guardian's phone is bound to."""
    return f"frontdesk_registration.guardian_phone:{registration_id}"


def register(
    *,
    stay: LockedRoom,
    room: HouseRoom,
    registrations: Sequence[RegistrationInput],
    coming_later: int,
    with_main: bool,
    user_id: int | None,
    now: datetime,
) -> Registered:
    """Check everybody, open the files that are missing, keep documents sealed, write one row per person.

    `coming_later` of the booked adults are not here yet. Where the hotel requires no documents nobody need be
    registered at all. Raises GuestRequired, GuestsNotRegistered, DocumentRequired, GuardianRequired, TooManyGuests,
    GuestRegisteredTwice, DocumentOfAnotherGuest, InvalidInput and what `minors` refuses, each at
    `registrations.<n>.<field>`.
    """
    if not registrations and not room.documents_required:
        return Registered(stay.guest_id, (), 0)
    people = _checked(stay, room, registrations)
    if with_main:
        _everybody(stay, room, people, coming_later)
    main = next((person for person in people if not person.is_minor), people[0]) if with_main else None
    ids = [_written(stay, room.group_id, person, is_main=person is main, user_id=user_id, now=now) for person in people]
    main_id = ids[people.index(main)] if main is not None else None
    young = [(guest_id, youth.reason_of(person.given)) for guest_id, person in zip(ids, people, strict=True)
             if person.is_minor]  # fmt: skip
    unguarded = tuple(Unguarded(guest_id, reason) for guest_id, reason in young if reason)
    return Registered(main_id, tuple(ids), len(young), unguarded)


def _everybody(stay: LockedRoom, room: HouseRoom, people: Sequence[Person], coming_later: int) -> None:
    if not people:
        raise GuestRequired
    if len(people) > room.max_guests:
        raise TooManyGuests(field=f"registrations.{room.max_guests}.name", limit=room.max_guests)
    adults = sum(not person.is_minor for person in people)
    if room.documents_required and adults + coming_later < stay.adults and len(people) < stay.adults + stay.children:
        raise GuestsNotRegistered(field=f"registrations.{len(people)}.name")


def _checked(stay: LockedRoom, room: HouseRoom, given: Sequence[RegistrationInput]) -> list[Person]:
    ids = [entry.guest_id for entry in given if entry.guest_id is not None]
    kept = {row["id"]: row for row in db.fetch_all(_FILES, [room.group_id, ids])} if ids else {}
    people: list[Person] = []
    seen: set[object] = set()
    for position, entry in enumerate(given):
        try:
            person = _person(position, entry, kept, stay.today, documents_required=room.documents_required)
        except DomainError as refusal:
            raise _at(refusal, position) from None
        marks = {person.guest_id, (person.document.kind, person.document.number) if person.document else None} - {None}
        if marks & seen:
            raise GuestRegisteredTwice(field=f"registrations.{position}.name")
        seen |= marks
        people.append(person)
    return _with_owners(room.group_id, people, seen)


def _person(
    position: int, given: RegistrationInput, kept: dict[int, dict[str, Any]], today: date, *, documents_required: bool
) -> Person:
    file = kept.get(given.guest_id) if given.guest_id is not None else None
    if given.guest_id is not None and file is None:
        raise NotFound(field="name")
    name = file["name"] if file else clean_text(given.name, field="name", limit=NAME_LIMIT * 2, required=True)
    document = None
    if given.document is not None:
        document = check_document(
            given.document, birth_date=given.birth_date or (file["birth_date"] if file else None),
            sex=given.sex or (file["sex"] if file else ""), today=today,
        )  # fmt: skip
    document_id = given.document_id if file is not None and given.document_id in file["documents"] else None
    born = given.birth_date or (document.birth_date if document else None) or (file["birth_date"] if file else None)
    is_minor = born is not None and age_on(born, today) < FULL_AGE
    if documents_required and not is_minor and document is None and document_id is None:
        raise DocumentRequired(field="number")
    guardian_phone = _guardian(given) if is_minor else ""
    if is_minor:
        has_document = document is not None or document_id is not None
        youth.check_minor(given, has_document=has_document, documents_required=documents_required)
    return Person(
        position, given, given.guest_id, name, born, is_minor, document, document_id, guardian_phone,
        clean_particulars(given.particulars, today=today),
    )  # fmt: skip


def _guardian(given: RegistrationInput) -> str:
    """The guardian's phone in international form; name and relation must be there as well."""
    for field, text in (
        ("guardian_name", given.guardian_name),
        ("guardian_phone", given.guardian_phone),
        ("guardian_relation", given.guardian_relation),
    ):
        if not text.strip():
            raise GuardianRequired(field=field)
    clean_text(given.guardian_name, field="guardian_name", limit=NAME_LIMIT)
    clean_text(given.guardian_relation, field="guardian_relation", limit=RELATION_LIMIT)
    try:
        return normalise_phone(given.guardian_phone)
    except DomainError as refusal:
        refusal.field = "guardian_phone"
        raise


def _with_owners(group_id: int, people: list[Person], seen: set[object]) -> list[Person]:
    """A number that is known belongs to somebody: a returning guest typed anew gets his own file."""
    shown = {number_index(person.document.number): person for person in people if person.document is not None}
    if not shown:
        return people
    owners = {
        (row["kind"], row["country"], bytes(row["number_index"])): row
        for row in db.fetch_all(_OWNERS, [group_id, list(shown)])
    }
    for index, person in shown.items():
        assert person.document is not None
        owner = owners.get((person.document.kind, person.document.country, index))
        if owner is None or owner["guest_id"] == person.guest_id:
            continue
        at = f"registrations.{person.position}"
        if person.guest_id is not None or owner["name"].casefold() != person.name.casefold():
            raise DocumentOfAnotherGuest(field=f"{at}.number", name=owner["name"])
        if owner["guest_id"] in seen:
            raise GuestRegisteredTwice(field=f"{at}.name")
        seen.add(owner["guest_id"])
        people[person.position] = replace(person, guest_id=owner["guest_id"])
    return people


def _written(
    stay: LockedRoom, group_id: int, person: Person, *, is_main: bool, user_id: int | None, now: datetime
) -> int:
    try:
        guest_id = person.guest_id or _opened(group_id, person, stay.today, now)
        document_id = person.document_id
        if person.given.document is not None:
            document_id = files.attach_document(
                group_id=group_id, guest_id=guest_id, document=person.given.document, now=now, today=stay.today
            )
    except DomainError as refusal:
        raise _at(refusal, person.position) from None
    registration_id = db.fetch_value("SELECT nextval(pg_get_serial_sequence('frontdesk_registration', 'id'))")
    db.execute(
        _INSERT,
        {
            "id": registration_id, "hotel": stay.hotel_id, "stay": stay.id, "guest": guest_id, "document": document_id,
            "main": is_main, "minor": person.is_minor, "now": now, "by": user_id, **_asked_of_minor(person),
            "phone": _sealed_phone(registration_id, person.guardian_phone),
            "particulars": sealed_particulars(registration_id, person.particulars),
        },
    )  # fmt: skip
    files.note_stay(guest_id=guest_id, on=stay.today)
    return guest_id


def _sealed_phone(registration_id: int, phone: str) -> bytes | None:
    return crypto.seal(phone, place=guardian_phone_place(registration_id)) if phone else None


def _asked_of_minor(person: Person) -> dict[str, Any]:
    """What is kept of a guest under 18; of others nothing, whatever was typed."""
    if not person.is_minor:
        return {"guardian": "", "relation": "", "reached": None, "with": "", "known": ""}
    given = person.given
    return {
        "guardian": given.guardian_name.strip(), "relation": given.guardian_relation.strip(),
        "reached": given.guardian_reached, "with": given.room_relation,
        "known": "" if person.has_document else given.identity_by,
    }  # fmt: skip


def _opened(group_id: int, person: Person, today: date, now: datetime) -> int:
    told = person.document
    details = GuestDetails(
        name=person.name, sex=person.given.sex or (told.sex if told else ""), birth_date=person.birth_date,
        nationality=person.given.nationality or (told.country if told else ""), phone=person.given.phone,
        name_en=person.particulars.latin_name,
    )  # fmt: skip
    return files.create(group_id=group_id, details=details, now=now, today=today)


def _at(refusal: DomainError, position: int) -> DomainError:
    """The same refusal at the field of its person."""
    refusal.field = f"registrations.{position}.{refusal.field or 'name'}"
    return refusal


def age_on(birth_date: date, day: date) -> int:
    """Completed years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
