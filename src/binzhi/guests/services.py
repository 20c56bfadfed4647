"""Operations on guest files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests import files
from binzhi.guests.access import Permission
from binzhi.guests.details import GuestDetails, clean_details
from binzhi.guests.documents import DocumentInput
from binzhi.guests.errors import FileMerged
from binzhi.guests.events import DocumentAdded, GuestChanged, GuestCreated, GuestRevealed
from binzhi.guests.levels import levels_of
from binzhi.guests.organisations import NewOrganisation, create_organisation
from binzhi.guests.privacy import states
from binzhi.guests.profile.store import open_secret
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import HotelRef, hotel_by_id

__all__ = [
    "DocumentInput", "GuestDetails", "NewOrganisation", "add_document", "create_guest", "create_organisation",
    "reveal", "update_guest",
]  # fmt: skip

PHONE = "phone"
EMAIL = "email"
BIRTH_DATE = "birth_date"
DOCUMENT = "document"
FIELD = "field"
_OPEN = {EMAIL: "email", BIRTH_DATE: "birth_date::text"}


@operation(Permission.CREATE)
def create_guest(*, hotel_id: int, details: GuestDetails, actor: Actor, now: datetime) -> int:
    """Open a guest file in the hotel's group; its id. A level asks for its own right.

    Adds a guest row. Locks nothing. Raises InvalidInput, Forbidden. Publishes GuestCreated. Not idempotent.
    """
    if details.vip_level:
        actor.require(Permission.SET_VIP_LEVEL, hotel_id)
    hotel = hotel_by_id(hotel_id)
    guest_id = files.create(group_id=hotel.group_id, details=details, now=now, today=hotel.local(now).date())
    _set_level(hotel, guest_id, details.vip_level, "")
    record(
        "guest.created", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        event=GuestCreated(guest_id=guest_id),
    )  # fmt: skip
    return guest_id


def _set_level(hotel: HotelRef, guest_id: int, level: str, before: str) -> None:
    """The place of a level written anew in the hotel's order. Raises InvalidInput for one the hotel has not."""
    if level == before:
        return
    ranks = {known.code: known.rank for known in levels_of(hotel.pk)}
    if level and level not in ranks:
        raise InvalidInput(field="vip_level", message=_("This level does not exist."))
    db.execute("UPDATE guests_guest SET vip_rank = %s WHERE id = %s", [ranks.get(level, 0), guest_id])


@operation(Permission.UPDATE)
def update_guest(
    *, hotel_id: int, guest_id: int, details: GuestDetails, expected_version: int, actor: Actor, now: datetime
) -> int:
    """Write the details over the file as it was read at `expected_version`; the new version.

    Changes the guest row. Locks it. Raises NotFound, InvalidInput, Forbidden (a change of level), and
    EditConflict with the saved values when somebody was faster. Publishes GuestChanged. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    clean = clean_details(details, today=hotel.local(now).date())
    kept = _lock_guest(hotel.group_id, guest_id)
    if clean.vip_level != kept["vip_level"]:
        actor.require(Permission.SET_VIP_LEVEL, hotel_id)
    if kept["version"] != expected_version:
        raise EditConflict(current={key: value for key, value in kept.items() if key != "phone_sealed"})
    version = files.change(group_id=hotel.group_id, guest_id=guest_id, clean=clean)
    _set_level(hotel, guest_id, clean.vip_level, kept["vip_level"])
    record(
        "guest.changed", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"version": expected_version, "vip_level": kept["vip_level"]},
        after={"version": version, "vip_level": clean.vip_level, "fields": _changed(kept, clean)},
        event=GuestChanged(guest_id=guest_id, version=version),
    )  # fmt: skip
    return version


@operation(Permission.UPDATE)
def add_document(*, hotel_id: int, guest_id: int, document: DocumentInput, actor: Actor, now: datetime) -> int:
    """Put an identity document that was shown into the file; its id.

    Adds a document row, or renews the same one. Locks the guest row. Idempotent.
    Raises NotFound, DocumentNotValid, DocumentExpired, DuplicateDocument. Publishes DocumentAdded.
    """
    hotel = hotel_by_id(hotel_id)
    kept = _lock_guest(hotel.group_id, guest_id)
    document_id = files.attach_document(
        group_id=hotel.group_id, guest_id=guest_id, document=document, now=now, birth_date=kept["birth_date"],
        sex=kept["sex"], today=hotel.local(now).date(),
    )  # fmt: skip
    record(
        "guest.document_added", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"document_id": document_id, "kind": document.kind},
        event=DocumentAdded(guest_id=guest_id, document_id=document_id),
    )  # fmt: skip
    return document_id


@operation(Permission.REVEAL)
def reveal(*, hotel_id: int, guest_id: int, what: str, reason: str, actor: Actor, now: datetime) -> str:
    """Open a masked value: `what` is phone, email, birth_date, document:<id> or field:<key>. Who looked and why stays.

    Adds a row to the insert-only list of reveals. Locks nothing. Raises NotFound, InvalidInput (no reason),
    KeyMissing. Publishes GuestRevealed. Not idempotent: each look is a row.
    """
    reason = clean_text(reason, field="reason", limit=200, required=True)
    group_id = hotel_by_id(hotel_id).group_id
    kind = what.partition(":")[0]
    states.require_open(group_id=group_id, guest_id=guest_id)
    if what == PHONE:
        value = _open_phone(group_id, guest_id)
    elif what in _OPEN:
        value = _plain(group_id, guest_id, _OPEN[what])
    elif kind == FIELD:
        value = open_secret(group_id=group_id, guest_id=guest_id, key=what.partition(":")[2])
    else:
        value = _open_document(group_id, guest_id, what)
    db.execute(
        "INSERT INTO guests_reveal (group_id, guest_id, user_id, what, reason, at) VALUES (%s, %s, %s, %s, %s, %s)",
        [group_id, guest_id, actor.user_id or 0, what, reason, now],
    )
    record(
        "guest.revealed", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"what": what}, event=GuestRevealed(guest_id=guest_id, what=kind),
    )  # fmt: skip
    return value


def _plain(group_id: int, guest_id: int, column: str) -> str:
    value: str | None = db.fetch_value(
        f"SELECT {column} FROM guests_guest WHERE group_id = %s AND id = %s",  # noqa: S608  (a constant of _OPEN)
        [group_id, guest_id],
    )
    if not value:
        raise NotFound
    return value


def _open_phone(group_id: int, guest_id: int) -> str:
    sealed = db.fetch_value(
        "SELECT phone_sealed FROM guests_guest WHERE group_id = %s AND id = %s AND phone_sealed IS NOT NULL",
        [group_id, guest_id],
    )
    if sealed is None:
        raise NotFound
    return crypto.open_sealed(sealed, place=files.phone_place(guest_id))


def _open_document(group_id: int, guest_id: int, what: str) -> str:
    kind, _separator, number = what.partition(":")
    if kind != DOCUMENT or not number.isascii() or not number.isdigit() or len(number) > 11:
        raise InvalidInput(field="what", message=_("There is nothing masked by this name."))
    document_id = int(number)
    sealed = db.fetch_value(
        "SELECT number_sealed FROM guests_guestdocument WHERE group_id = %s AND guest_id = %s AND id = %s",
        [group_id, guest_id, document_id],
    )
    if sealed is None:
        raise NotFound
    return crypto.open_sealed(sealed, place=files.document_place(document_id))


def _lock_guest(group_id: int, guest_id: int) -> dict[str, Any]:
    row = db.fetch_one(
        "SELECT name, name_en, sex, birth_date, nationality, email, organisation_id, member_no, member_tier,"
        " vip_level, note, phone_masked, version, merged_into_id FROM guests_guest"
        " WHERE group_id = %s AND id = %s FOR NO KEY UPDATE",
        [group_id, guest_id],
    )
    if row is None:
        raise NotFound
    if (standing := row.pop("merged_into_id")) is not None:
        raise FileMerged(guest_id=standing)
    states.require_open(group_id=group_id, guest_id=guest_id)
    return row


def _changed(kept: dict[str, Any], clean: Any) -> list[str]:
    """Names of the fields that changed: the audit trail keeps no personal data."""
    given = {field: getattr(clean, field) for field in kept if hasattr(clean, field)}
    if clean.email is None:
        del given["email"]
    changed = [field for field, value in given.items() if value != kept[field]]
    return changed + ["phone"] * (clean.phone is not None)
