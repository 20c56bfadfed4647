"""Operations on the fields of a file and of an organisation's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.errors import ConsentMissing
from binzhi.guests.events import FieldsSwitched, OrganisationChanged, ProfileChanged
from binzhi.guests.organisations import clean_contract
from binzhi.guests.privacy import consents
from binzhi.guests.profile import store
from binzhi.guests.profile.catalogue import BY_KEY
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, InvalidInput, NotFound
from binzhi.kernel.money import LARGEST, round_money
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id


@operation(Permission.UPDATE)
def write_profile(
    *, hotel_id: int, guest_id: int, values: Mapping[str, str], seen: int, actor: Actor, now: datetime
) -> list[str]:
    """Write fields of the catalogue over the file as it was read at `seen`; the keys that changed.

    Adds a note for each changed field; the notes of a replaced secret are taken out. Locks the guest row.
    Raises NotFound, InvalidInput (a field the hotel has switched off, too), ConsentMissing for a sensitive one the
    guest has not agreed to, EditConflict when somebody was faster. Publishes ProfileChanged. Idempotent.
    """
    group_id = hotel_by_id(hotel_id).group_id
    _lock(group_id, guest_id)
    kept = store.profile_of(group_id=group_id, guest_id=guest_id)
    wanted = {field.key for field in store.fields_on(hotel_id)}
    changed = {}
    for key, text in values.items():
        if key not in wanted:
            raise InvalidInput(field=key, message=_("This hotel does not keep this."))
        field = BY_KEY[key]
        value = store.clean(field, text)
        # What is sealed is written whenever it is given: forms leave it out where it stays.
        if (value or kept.text(key)) if field.secret else value != kept.text(key):
            if field.consent and value and not consents.has(group_id, guest_id, field.consent, now):
                raise ConsentMissing(field=key)
            changed[key] = value
    if changed and kept.seen > seen:
        raise EditConflict(current={key: kept.text(key) for key in changed})
    store.write(group_id=group_id, guest_id=guest_id, values=changed, noted_by=actor.user_id, now=now)
    record(
        "guest.profile_changed", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"fields": sorted(changed)}, event=ProfileChanged(guest_id=guest_id, fields=",".join(sorted(changed))),
    )  # fmt: skip
    return sorted(changed)


def _lock(group_id: int, guest_id: int) -> None:
    sql = "SELECT 1 FROM guests_guest WHERE group_id = %s AND id = %s FOR NO KEY UPDATE"
    if db.fetch_value(sql, [group_id, guest_id]) is None:
        raise NotFound


@operation(Permission.MANAGE_FIELDS)
def switch_fields(*, hotel_id: int, on: set[str], actor: Actor, now: datetime) -> list[str]:
    """Choose the fields a hotel keeps; the keys that changed. What is kept of a field switched off stays, unshown.

    Writes the hotel's switches. Locks nothing. Raises InvalidInput for an unknown key. Publishes FieldsSwitched.
    Idempotent.
    """
    unknown = on - BY_KEY.keys()
    if unknown:
        raise InvalidInput(field=min(unknown))
    before = {field.key for field in store.fields_on(hotel_id)}
    changed = sorted(before ^ on)
    for key in changed:
        db.execute(
            "INSERT INTO guests_profileswitch (hotel_id, key, is_on) VALUES (%s, %s, %s)"
            " ON CONFLICT (hotel_id, key) DO UPDATE SET is_on = excluded.is_on",
            [hotel_id, key, key in on],
        )
    record(
        "guest.fields_switched", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"on": sorted(on - before), "off": sorted(before - on)}, event=FieldsSwitched(fields=",".join(changed)),
    )  # fmt: skip
    return changed


_TERMS = """
SELECT contract_no, contract_from, contract_until, credit_limit FROM guests_organisation
WHERE group_id = %s AND id = %s FOR NO KEY UPDATE
"""
_WRITE_TERMS = """
UPDATE guests_organisation SET contract_no = %(contract_no)s, contract_from = %(contract_from)s,
    contract_until = %(contract_until)s, credit_limit = %(credit_limit)s
WHERE id = %(id)s
"""


@operation(Permission.MANAGE_ORGANISATIONS)
def write_organisation(
    *,
    hotel_id: int,
    organisation_id: int,
    contract_until: date | None,
    credit_limit: Decimal,
    values: Mapping[str, str],
    seen: int,
    contract_no: str | None = None,
    contract_from: date | None = None,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Write an organisation's agreement, credit limit and fields over what was read at `seen`; the keys that changed.

    The contract's number and first day are written where a number is given, be it empty.

    Changes the row, adds a note for each changed field. Locks the row. Raises NotFound, InvalidInput, EditConflict.
    Publishes OrganisationChanged. Idempotent.
    """
    group_id = hotel_by_id(hotel_id).group_id
    row = db.fetch_one(_TERMS, [group_id, organisation_id])
    if row is None:
        raise NotFound
    if not credit_limit.is_finite() or not 0 <= credit_limit <= LARGEST or round_money(credit_limit) != credit_limit:
        raise InvalidInput(field="credit_limit", message=_("An amount of at least 0, with two decimals."))
    if contract_no is None:
        contract_no, contract_from = row["contract_no"], row["contract_from"]
    contract_no = clean_contract(contract_no, contract_from, contract_until)
    kept = store.organisation_profile(group_id=group_id, organisation_id=organisation_id)
    given = {key: store.clean(store.organisation_field(key), text) for key, text in values.items()}
    changed = {key: value for key, value in given.items() if value != kept.text(key)}
    if changed and kept.seen > seen:
        raise EditConflict(current={key: kept.text(key) for key in changed})
    store.write_organisation(
        group_id=group_id, organisation_id=organisation_id, values=changed, noted_by=actor.user_id, now=now
    )
    terms = {
        "contract_no": contract_no, "contract_from": contract_from, "contract_until": contract_until,
        "credit_limit": credit_limit,
    }  # fmt: skip
    db.execute(_WRITE_TERMS, terms | {"id": organisation_id})
    fields = sorted(changed) + [name for name, value in terms.items() if value != row[name]]
    record(
        "organisation.changed", subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor,
        now=now, before=row, after={**terms, "fields": fields},
        event=OrganisationChanged(organisation_id=organisation_id, fields=",".join(fields)),
    )  # fmt: skip
    return fields


@operation(Permission.MANAGE_ORGANISATIONS)
def add_contact(
    *, hotel_id: int, organisation_id: int, guest_id: int, role: str, decides: bool, actor: Actor, now: datetime
) -> int:
    """A person of the file becomes whom one speaks to at an organisation, as `role`; the contact's id.

    Adds a row, or changes the role of the one there is. Locks the organisation. Raises NotFound, InvalidInput.
    Publishes OrganisationChanged. Idempotent.
    """
    group_id = hotel_by_id(hotel_id).group_id
    role = clean_text(role, field="role", limit=60, required=True)
    _check_both(group_id, organisation_id, guest_id)
    contact_id: int | None = db.fetch_value(
        "UPDATE guests_contact SET role = %s, decides = %s"
        " WHERE organisation_id = %s AND guest_id = %s AND ended_at IS NULL RETURNING id",
        [role, decides, organisation_id, guest_id],
    )
    if contact_id is None:
        contact_id = db.fetch_value(
            "INSERT INTO guests_contact (group_id, organisation_id, guest_id, role, decides, noted_by, noted_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [group_id, organisation_id, guest_id, role, decides, actor.user_id, now],
        )
    record(
        "organisation.contact_added", subject="organisation", subject_id=organisation_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"contact_id": contact_id, "guest_id": guest_id},
        event=OrganisationChanged(organisation_id=organisation_id, fields="contacts"),
    )  # fmt: skip
    assert contact_id is not None
    return contact_id


def _check_both(group_id: int, organisation_id: int, guest_id: int) -> None:
    organisation = db.fetch_value(
        "SELECT 1 FROM guests_organisation WHERE group_id = %s AND id = %s FOR NO KEY UPDATE",
        [group_id, organisation_id],
    )
    if organisation is None:
        raise NotFound
    if db.fetch_value("SELECT 1 FROM guests_guest WHERE group_id = %s AND id = %s", [group_id, guest_id]) is None:
        raise NotFound(field="guest_id", message=_("Choose a person of the file."))


@operation(Permission.MANAGE_ORGANISATIONS)
def end_contact(*, hotel_id: int, organisation_id: int, contact_id: int, actor: Actor, now: datetime) -> None:
    """A person is no longer whom one speaks to there.

    Marks the row. Locks it. Raises NotFound. Publishes OrganisationChanged. Not idempotent: the second time it is gone.
    """
    group_id = hotel_by_id(hotel_id).group_id
    ended = db.fetch_value(
        "UPDATE guests_contact SET ended_at = %s WHERE group_id = %s AND organisation_id = %s AND id = %s"
        " AND ended_at IS NULL RETURNING id",
        [now, group_id, organisation_id, contact_id],
    )
    if ended is None:
        raise NotFound
    record(
        "organisation.contact_ended", subject="organisation", subject_id=organisation_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"contact_id": contact_id},
        event=OrganisationChanged(organisation_id=organisation_id, fields="contacts"),
    )  # fmt: skip
