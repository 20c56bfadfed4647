"""What bills hold of a guest: the books stay as the law keeps them, the name on a window goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_rights
from binzhi.kernel import db

NOBODY = "—"


def register() -> None:
    register_rights(Rights("billing_folio", _("Bills"), _bills, _erase))
    register_rights(Rights("billing_routingrule", erase=_unnote))
    register_rights(Rights("billing_approval", erase=_unreason))
    register_rights(Rights("billing_hold", erase=_unnote_holds))
    register_rights(Rights("billing_invoice", _("E-invoices"), _invoices, _keep))


def _bills(guest_id: int) -> list[dict[str, Any]]:
    """Every line of the guest's bills, as it was booked."""
    return db.fetch_all(
        "SELECT f.number, t.business_date, t.description, l.amount FROM billing_folio f"
        " JOIN billing_account a ON a.folio_id = f.id AND a.kind = 'folio' JOIN billing_line l ON l.account_id = a.id"
        " JOIN billing_transaction t ON t.id = l.transaction_id WHERE f.guest_id = %s ORDER BY l.id",
        [guest_id],
    )


def _erase(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE billing_account SET name = %s WHERE kind = 'folio' AND name NOT IN ('', %s)"
        " AND folio_id IN (SELECT id FROM billing_folio WHERE guest_id = %s)",
        [NOBODY, NOBODY, guest_id],
    )


def _unnote(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE billing_routingrule r SET note = '' FROM billing_account a JOIN billing_folio f ON f.id = a.folio_id"
        " WHERE a.id = r.account_id AND f.guest_id = %s AND r.note <> ''",
        [guest_id],
    )


def _unreason(guest_id: int, _now: datetime) -> int:
    """What was asked for, by whom and how it was decided stays; why was told in words about the guest."""
    return db.execute(
        "UPDATE billing_approval p SET reason = %s FROM billing_folio f"
        " WHERE f.id = p.folio_id AND f.guest_id = %s AND p.reason <> %s",
        [NOBODY, guest_id, NOBODY],
    )


def _invoices(guest_id: int) -> list[dict[str, Any]]:
    """Every invoice out of the guest's bills, as it was asked for."""
    return db.fetch_all(
        "SELECT f.number AS folio, i.number, i.buyer_name, i.buyer_tax_no, i.total, i.state, i.requested_at"
        " FROM billing_folio f JOIN billing_invoice i ON i.folio_id = f.id WHERE f.guest_id = %s ORDER BY i.id",
        [guest_id],
    )


def _keep(_guest_id: int, _now: datetime) -> int:
    """The tax law keeps invoices as they were issued."""
    return 0


def _unnote_holds(guest_id: int, _now: datetime) -> int:
    """What was held and taken stays; the card's last digits and what was said about it go."""
    mine = "(SELECT h.id FROM billing_hold h JOIN billing_folio f ON f.id = h.folio_id WHERE f.guest_id = %s)"
    db.execute(f"UPDATE billing_holdstep SET reason = '' WHERE reason <> '' AND hold_id IN {mine}", [guest_id])  # noqa: S608
    return db.execute(
        f"UPDATE billing_hold SET note = '', card_tail = '' WHERE (note, card_tail) <> ('', '') AND id IN {mine}",  # noqa: S608
        [guest_id],
    )
