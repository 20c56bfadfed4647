"""What this context itself holds of a guest: copied on request, cleared when its time is over."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests import files
from binzhi.guests.holdings import Erase, Holding, register_holding
from binzhi.guests.phones import show_phone
from binzhi.guests.privacy.consents import guardian_place
from binzhi.guests.privacy.rows import Rights, register_profile, register_rights
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import crypto, db

NOBODY = "—"
INDEX_BYTES = 16


def register() -> None:
    """Make the tables of files, consents and looks known."""
    for table, moves in (
        ("guests_consententry", True), ("guests_legalhold", True), ("guests_rightsrequest", False),
        ("guests_lookup", False), ("guests_filestate", False),
    ):  # fmt: skip
        register_holding(Holding(table=table, moves=moves))
    # Rows with keys that name the person go before the file itself.
    register_rights(Rights("guests_guestdocument", _("Identity documents"), _documents, _erase_documents))
    register_rights(Rights("guests_consententry", _("Consents"), _consents, _erase_guardians))
    register_rights(
        Rights("guests_reveal", _("Who looked at masked values"), _reveals, _erase_reasons("guests_reveal"))
    )
    register_rights(Rights("guests_lookup", _("Who opened the file"), _lookups))
    register_rights(
        Rights("guests_rightsrequest", _("Requests of guests"), _requests, _erase_reasons("guests_rightsrequest"))
    )
    register_rights(Rights("guests_legalhold", erase=_erase_reasons("guests_legalhold")))
    register_rights(Rights("guests_guest", _("The file itself"), _file, erase_file_row))
    register_profile("guests_guest", clear_notes)
    register_sealed("guests_consententry", "guardian_sealed", guardian_place)


def _file(guest_id: int) -> list[dict[str, Any]]:
    row = db.fetch_one(
        "SELECT g.name, g.name_en, g.sex, g.birth_date, g.nationality, g.email, g.phone_sealed, o.name AS organisation,"
        " g.member_no, g.member_tier, g.vip_level, g.note, g.stays, g.last_stay_on, g.created_at"
        " FROM guests_guest g LEFT JOIN guests_organisation o ON o.id = g.organisation_id WHERE g.id = %s",
        [guest_id],
    )
    if row is None:
        return []
    sealed = row.pop("phone_sealed")
    row["phone"] = show_phone(crypto.open_sealed(sealed, place=files.phone_place(guest_id))) if sealed else ""
    return [row]


def _documents(guest_id: int) -> list[dict[str, Any]]:
    rows = db.fetch_all(
        "SELECT id, kind, country, number_sealed, expires_on, checked_at FROM guests_guestdocument WHERE guest_id = %s"
        " ORDER BY id",
        [guest_id],
    )
    return [
        {
            "kind": row["kind"], "country": row["country"], "expires_on": row["expires_on"],
            "number": crypto.open_sealed(row["number_sealed"], place=files.document_place(row["id"])),
            "checked_at": row["checked_at"],
        }
        for row in rows
    ]  # fmt: skip


def _consents(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT c.purpose, c.answer, c.channel, c.language, t.version AS text_version, t.text,"
        " c.guardian_relation, c.at"
        " FROM guests_consententry c LEFT JOIN guests_consenttext t ON t.id = c.text_id WHERE c.guest_id = %s"
        " ORDER BY c.id",
        [guest_id],
    )


def _reveals(guest_id: int) -> list[dict[str, Any]]:
    """When and what, not by whom: the names of colleagues are not the guest's data."""
    return db.fetch_all("SELECT what, at FROM guests_reveal WHERE guest_id = %s ORDER BY id", [guest_id])


def _lookups(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all("SELECT kind, at FROM guests_lookup WHERE guest_id = %s ORDER BY id", [guest_id])


def _requests(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT kind, state, channel, asked_at, decided_at, done_at FROM guests_rightsrequest WHERE guest_id = %s"
        " ORDER BY id",
        [guest_id],
    )


# ---------------------------------------------------------------- erasure


def erase_file_row(guest_id: int, _now: datetime) -> int:
    """Nobody's file: no name, no contact, no key to find it by. What it counts (stays) stays."""
    return db.execute(
        "UPDATE guests_guest SET name = %s, name_en = '', sex = '', birth_date = NULL, nationality = '', email = '',"
        " phone_sealed = NULL, phone_masked = '', phone_index = NULL, phone_tail_index = NULL, organisation_id = NULL,"
        " member_no = '', member_tier = '', vip_level = '', vip_rank = 0, note = '', plain = '', pinyin = '',"
        " initials = '', marked = '', version = version + 1 WHERE id = %s",
        [NOBODY, guest_id],
    )


def _erase_documents(guest_id: int, _now: datetime) -> int:
    """The row stays for the registrations that name it: with nothing in it, found by nothing."""
    rows = db.fetch_values("SELECT id FROM guests_guestdocument WHERE guest_id = %s", [guest_id])
    for document_id in rows:
        db.execute(
            "UPDATE guests_guestdocument SET number_sealed = %s, number_masked = '', number_index = %s, country = '',"
            " expires_on = NULL WHERE id = %s",
            [crypto.seal("", place=files.document_place(document_id)), os.urandom(INDEX_BYTES), document_id],
        )
    return len(rows)


def _erase_guardians(guest_id: int, _now: datetime) -> int:
    """That somebody agreed stays as proof; who the guardian was goes."""
    return db.execute(
        "UPDATE guests_consententry SET guardian_sealed = NULL, guardian_relation = ''"
        " WHERE guest_id = %s AND guardian_sealed IS NOT NULL",
        [guest_id],
    )


def _erase_reasons(table: str) -> Erase:
    """Why somebody looked, asked or held is typed freely, and may name the guest."""

    def erase(guest_id: int, _now: datetime) -> int:
        return db.execute(
            f"UPDATE {table} SET reason = %s WHERE guest_id = %s AND reason NOT IN ('', %s)",  # noqa: S608  (constants)
            [NOBODY, guest_id, NOBODY],
        )

    return erase


def clear_notes(guest_ids: list[int], _now: datetime) -> int:
    """Notes, contact and standing go; name, birth and document stay as long as the registration does."""
    return db.execute(
        "UPDATE guests_guest SET email = '', phone_sealed = NULL, phone_masked = '', phone_index = NULL,"
        " phone_tail_index = NULL, organisation_id = NULL, vip_level = '', vip_rank = 0, note = '',"
        " version = version + 1 WHERE id = ANY(%s)",
        [guest_ids],
    )
