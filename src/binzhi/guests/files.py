"""Building blocks on the guest file, used inside operations of this context and of those above."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests import presence
from binzhi.guests.details import CleanDetails, GuestDetails, clean_details
from binzhi.guests.documents import CheckedDocument, DocumentInput, check_document, number_index
from binzhi.guests.errors import DuplicateDocument
from binzhi.guests.phones import mask_phone, phone_index, tail_index
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import InvalidInput, NotFound

# Columns that hold what was typed, in the order of _values.
_COLUMNS = (
    "name", "name_en", "sex", "birth_date", "nationality", "email", "organisation_id", "member_no", "member_tier",
    "vip_level", "note", "plain", "pinyin", "initials", "marked",
)  # fmt: skip
_PHONE_COLUMNS = ("phone_sealed", "phone_masked", "phone_index", "phone_tail_index")
_INSERT = f"""
INSERT INTO guests_guest (id, group_id, created_at, {", ".join(_COLUMNS)}, {", ".join(_PHONE_COLUMNS)})
VALUES (%s, %s, %s, {", ".join(["%s"] * (len(_COLUMNS) + len(_PHONE_COLUMNS)))})
"""  # noqa: S608  (constants)


def phone_place(guest_id: int) -> str:
    return f"guests_guest.phone:{guest_id}"


def document_place(document_id: int) -> str:
    return f"guests_guestdocument.number:{document_id}"


def create(*, group_id: int, details: GuestDetails, now: datetime, today: date | None = None) -> int:
    """Open a file; its id. Raises InvalidInput at the field that cannot be taken."""
    clean = clean_details(details, today=today)
    _check_organisation(group_id, clean.organisation_id)
    # The id comes first: the sealed phone is bound to it.
    guest_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('guests_guest', 'id'))")
    phone = _sealed_phone(guest_id, clean.phone or "")
    db.execute(_INSERT, [guest_id, group_id, now, *_values(clean, is_new=True), *phone])
    return guest_id


def change(*, group_id: int, guest_id: int, clean: CleanDetails) -> int:
    """Write the details over those of a file whose row is locked; its new version."""
    _check_organisation(group_id, clean.organisation_id)
    columns, values = list(_COLUMNS), _values(clean)
    if clean.email is None:
        del values[columns.index("email")], columns[columns.index("email")]
    if clean.phone is not None:
        columns += _PHONE_COLUMNS
        values += _sealed_phone(guest_id, clean.phone)
    assignments = ", ".join(f"{column} = %s" for column in columns)
    version: int = db.fetch_value(
        f"UPDATE guests_guest SET {assignments}, version = version + 1"  # noqa: S608  (constants)
        " WHERE id = %s AND group_id = %s RETURNING version",
        [*values, guest_id, group_id],
    )
    presence.forget()
    return version


def write_level(*, group_id: int, guest_id: int, level: str, rank: int) -> None:
    """Note on which level the guest is received, and its place in the hotel's order. Locks the file."""
    db.execute(
        "UPDATE guests_guest SET vip_level = %(level)s, vip_rank = %(rank)s, version = version + 1"
        " WHERE id = %(guest)s AND group_id = %(group)s AND (vip_level, vip_rank) <> (%(level)s, %(rank)s)",
        {"level": level, "rank": rank, "guest": guest_id, "group": group_id},
    )


def attach_document(
    *,
    group_id: int,
    guest_id: int,
    document: DocumentInput,
    now: datetime,
    birth_date: date | None = None,
    sex: str = "",
    today: date | None = None,
) -> int:
    """Put a checked document into a file; its id. The same document again only renews its expiry and its check.

    Fills birth date and sex of the file where the number tells them and the file is silent.
    Raises DocumentNotValid, DocumentExpired, InvalidInput, and DuplicateDocument when another file has it.
    """
    checked = check_document(document, birth_date=birth_date, sex=sex, today=today)
    index = number_index(checked.number)
    document_id = _insert_document(group_id, guest_id, checked, index, now)
    if document_id is None:
        document_id = _renew_document(group_id, guest_id, checked, index, now)
    if checked.birth_date is not None:
        db.execute(
            "UPDATE guests_guest SET birth_date = coalesce(birth_date, %s), sex = coalesce(nullif(sex, ''), %s),"
            " nationality = coalesce(nullif(nationality, ''), %s), matched_version = 0 WHERE id = %s"
            " AND (birth_date IS NULL OR sex = '' OR nationality = '')",
            [checked.birth_date, checked.sex, checked.country, guest_id],
        )
    return document_id


def _insert_document(group_id: int, guest_id: int, checked: CheckedDocument, index: bytes, now: datetime) -> int | None:
    document_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('guests_guestdocument', 'id'))")
    sealed = crypto.seal(checked.number, place=document_place(document_id))
    made: int | None = db.fetch_value(
        "INSERT INTO guests_guestdocument (id, group_id, guest_id, kind, country, number_sealed, number_masked,"
        " number_index, expires_on, checked_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (group_id, kind, country, number_index) DO NOTHING RETURNING id",
        [document_id, group_id, guest_id, checked.kind, checked.country, sealed, checked.masked, index,
         checked.expires_on, now],
    )  # fmt: skip
    return made


def _renew_document(group_id: int, guest_id: int, checked: CheckedDocument, index: bytes, now: datetime) -> int:
    """Somebody has this document: this guest, and it is checked anew, or another file."""
    kept = db.fetch_one(
        "SELECT d.id, d.guest_id, g.name FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id"
        " WHERE d.group_id = %s AND d.kind = %s AND d.country = %s AND d.number_index = %s",
        [group_id, checked.kind, checked.country, index],
    )
    if kept is None:
        raise NotFound
    if kept["guest_id"] != guest_id:
        raise DuplicateDocument(guest_id=kept["guest_id"], name=kept["name"])
    db.execute(
        "UPDATE guests_guestdocument SET checked_at = %s, expires_on = coalesce(%s, expires_on) WHERE id = %s",
        [now, checked.expires_on, kept["id"]],
    )
    document_id: int = kept["id"]
    return document_id


def note_stay(*, guest_id: int, on: date) -> None:
    """One more stay that began on a business date, in the file that stands for this one. Locks the file's row."""
    _on_standing("stays = stays + 1, last_stay_on = greatest(last_stay_on, %s)", [on], guest_id)


def forget_stay(*, guest_id: int) -> None:
    """A check-in was undone: one stay less. The last stay's date stays; the next one moves it. Locks the file's row."""
    _on_standing("stays = greatest(stays - 1, 0)", [], guest_id)


def _on_standing(assignments: str, params: list[Any], guest_id: int) -> None:
    """Write into a file, or into the one it was joined with, though that may happen while we wait for its lock."""
    sql = f"UPDATE guests_guest SET {assignments} WHERE id = %s AND merged_into_id IS NULL"  # noqa: S608  (constants)
    standing: int | None = guest_id
    while standing is not None and not db.execute(sql, [*params, standing]):
        standing = db.fetch_value("SELECT merged_into_id FROM guests_guest WHERE id = %s", [standing])


def _values(clean: CleanDetails, *, is_new: bool = False) -> list[Any]:
    typed = asdict(clean)
    keys = typed.pop("keys")
    if typed["email"] is None and is_new:
        typed["email"] = ""
    return [{**typed, **keys}[column] for column in _COLUMNS]


def _sealed_phone(guest_id: int, phone: str) -> list[Any]:
    if not phone:
        return [None, "", None, None]
    return [
        crypto.seal(phone, place=phone_place(guest_id)), mask_phone(phone), phone_index(phone), tail_index(phone),
    ]  # fmt: skip


def _check_organisation(group_id: int, organisation_id: int | None) -> None:
    if organisation_id is not None and not db.fetch_value(
        "SELECT 1 FROM guests_organisation WHERE group_id = %s AND id = %s", [group_id, organisation_id]
    ):
        raise InvalidInput(field="organisation_id", message=_("This organisation is not known."))
