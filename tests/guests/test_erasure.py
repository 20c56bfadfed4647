"""After an erasure every table of the database is read: what was said of the guest is nowhere, but where the law keeps it.

A word is planted into every free text of every table that is about guests, in rows that are all made the guest's. A new
column is planted into by itself, so it is either reached by the erasure or stands below with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, InternalError, models, transaction

from binzhi.guests.privacy.erasing import erase_file
from binzhi.guests.rotation import SEALED
from binzhi.kernel import audit, crypto, db
from binzhi.kernel.erasing import erasing
from tests.architecture.twins import Twin, make_twin
from tests.factories import NOW, SYSTEM

WORD = "欧阳雪漪"
# About the house, its people and its rules: nothing in them is told of one guest.
OF_THE_HOUSE = {
    "billing_authoritylimit", "billing_chargecode", "billing_compensationitem", "billing_houseaccount",
    "billing_acquirer", "billing_allocation", "billing_cashiershift", "billing_dunning", "billing_shiftcount",
    "billing_till", "billing_writeoff", "frontdesk_auditreport", "frontdesk_locksystem", "frontdesk_trialline",
    "reservations_commission", "reservations_packagepart",
    "billing_invoiceseller", "billing_latefee", "billing_paymentmeans", "billing_taxcode", "engagement_messaging",
    "engagement_template", "frontdesk_assignmentweight", "frontdesk_nightaudit", "frontdesk_policelink",
    "frontdesk_registrationrules", "guests_consenttext", "guests_importprofile",
    "guests_learningrule", "guests_observationchip", "guests_profileswitch", "guests_retentionrun",
    "guests_retentionsetting", "promises_protocol", "promises_protocolversion", "property_roomseal",
    "reservations_calendarday", "reservations_cancellationpolicy", "reservations_code", "reservations_outoforder",
    "reservations_painting", "reservations_partnerhotel", "reservations_promotion", "reservations_promotiontries",
    "reservations_rateplan", "reservations_raterule", "reservations_season",
    "vip_amenity", "vip_level",
}  # fmt: skip
ABOUT_GUESTS = ("billing_", "engagement_", "frontdesk_", "guests_", "promises_", "reservations_", "vip_")
# What stays, and why.
LAW = "the tax law keeps an invoice as it was issued, with its buyer"
KEPT = {
    **{
        f"billing_invoice.{column}": LAW
        for column in (
            "buyer_address_phone",
            "buyer_bank_account",
            "buyer_name",
            "buyer_tax_no",
            "error",
            "issuer",
            "remark",
            "seller_address_phone",
            "seller_bank_account",
            "seller_name",
            "seller_tax_no",
            "serial",
            "total_words",
        )
    },
    **{f"billing_invoiceline.{column}": LAW for column in ("classification", "item", "spec", "unit")},
    "reservations_block.name": "a group's name is the event's",
    "billing_transaction.description": "the books: accounting law keeps a booked line as it was booked",
    "guests_organisation.name": "an organisation is no person; a contact's name is taken out of its page",
    "guests_organisation.pinyin": "as its name",
    "guests_organisation.initials": "as its name",
}
# Numbers and codes, which no clerk types a person into, and which are unique or looked up.
CODES = {
    "billing_account.code", "guests_guest.member_no", "guests_warning.status", "guests_preference.kind",
    "guests_lookup.kind", "guests_consententry.channel", "reservations_reservation.channel",
    "billing_folio.number", "billing_transaction.source_key", "reservations_reservation.number",
    "reservations_reservation.channel_number", "reservations_reservation.market", "reservations_reservation.source",
    "promises_run.occasion", "promises_run.subject", "promises_task.branch", "promises_task.clause", "vip_menu.dishes",
    "vip_menu.private_room", "vip_purchase.quality", "guests_import.problem", "guests_import.profile",
    "guests_mergedrow.table_name", "guests_mergedrow.column_name", "guests_mergedfield.field", "guests_profilevalue.key",
    "guests_organisationvalue.key", "guests_observation.room", "guests_observation.place", "guests_observation.moment",
    "guests_organisation.code", "guests_consententry.purpose", "guests_consententry.language", "guests_switchingmeans.means",
    "guests_relation.kind", "guests_relationshipcheck.level", "guests_relationshipcheck.suggested",
    "guests_reveal.what", "guests_preference.reason", "guests_preference.value", "guests_duplicatepair.state",
    "vip_visit.file_level_before", "vip_levelrequest.route", "reservations_roomreservation.end_reason",
    "guests_rightsrequest.channel", "guests_assessment.kind", "guests_contact.role", "billing_approval.state", "billing_invoice.state",
    "billing_invoice.number", "engagement_message.source",
    "engagement_message.language", "engagement_message.provider_ref", "engagement_attempt.code", "billing_approval.kind",
    "billing_approval.means", "reservations_block.number", "reservations_block.market", "reservations_block.source",
    "guests_organisation.contract_no", "frontdesk_policereport.source", "frontdesk_policereport.reason",
    "frontdesk_policeattempt.code", "billing_hold.state", "billing_hold.auth_code", "billing_holdstep.kind",
    "billing_holdstep.state", "billing_holdstep.auth_code", "billing_holdstep.serial", "billing_holdstep.error",
    "frontdesk_freeroom.state", "frontdesk_guestmessage.how", "frontdesk_keptthing.kind", "frontdesk_keptthing.number",
    "frontdesk_keptthing.place", "frontdesk_keptmove.what", "frontdesk_keptmove.place", "frontdesk_keycard.state",
    "frontdesk_keycard.void_reason", "frontdesk_keycard.card_no", "frontdesk_keycard.serial", "frontdesk_keycard.error",
    "frontdesk_wakeupcall.state",
}  # fmt: skip
JSON = {
    "promises_run.facts": '{"word": "%s"}', "promises_task.own": '{"title": "%s", "text": "%s"}',
    "vip_notice.content": '{"title": "%s", "needs": "%s", "changes": [["needs", "", "%s"]]}',
    "guests_import.header": '["%s"]', "guests_mergedfield.before": '"%s"', "guests_mergedfield.after": '"%s"',
}  # fmt: skip
# Accounts of the house's own books are in the same table as those of a guest's bill.
OF_GUESTS = {
    "billing_account": "kind = 'folio'",
    # Only a room that was given can be promised.
    "reservations_roomreservation.room_fixed": "room_id IS NOT NULL OR status NOT IN ('reserved', 'in_house')",
}
NOBODYS = (
    "reservations_reservation",
    "reservations_roomreservation",
    "reservations_block",
    "reservations_waitlistentry",
    "reservations_walk",
    "billing_folio",
    "promises_run",
    "guests_importrow",
    "frontdesk_keptthing",
)
# Nothing of these is in the house of this test; what they hold goes with rows that are.
WITHOUT_ROWS = {"vip_keycard.received_by"}


@pytest.fixture
def twin(db: None) -> Twin:
    return make_twin("gone")


def texts() -> Iterator[tuple[str, str]]:
    """Every column somebody can type words into."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        table = model._meta.db_table
        if not table.startswith(ABOUT_GUESTS) or table in OF_THE_HOUSE:
            continue
        for field in model._meta.local_fields:
            name = f"{table}.{field.column}"
            typed = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.SlugField)
            wide = getattr(field, "max_length", None) is None or (field.max_length or 0) >= 10
            if name in JSON or (typed and wide and not field.choices and name not in CODES):
                yield table, field.column
            assert not isinstance(field, ArrayField) or field.base_field.__class__ is not models.TextField, name


def plant(table: str, column: str) -> bool:
    """Put the word there; whether there was a row to put it."""
    value = JSON[f"{table}.{column}"].replace("%s", WORD) if f"{table}.{column}" in JSON else WORD
    try:
        with transaction.atomic():
            where = OF_GUESTS.get(f"{table}.{column}") or OF_GUESTS.get(table, "true")
            return bool(db.execute(f"UPDATE {table} SET {column} = %s WHERE {where}", [value]))
    except (IntegrityError, DataError):
        # A code that only certain words fit.
        return False


def make_all_the_guests(guest_id: int) -> None:
    """The other files were merged into the guest's, so their rows are the guest's too; and what is nobody's becomes so."""
    db.execute("UPDATE guests_guest SET merged_into_id = %s WHERE id <> %s", [guest_id, guest_id])
    for table in NOBODYS:
        db.execute(f"UPDATE {table} SET guest_id = %s WHERE guest_id IS NULL", [guest_id])
    # What is still in keeping keeps its name.
    db.execute("UPDATE frontdesk_keptthing SET collected_at = now()")
    db.execute("UPDATE promises_proof SET photo_id = (SELECT min(id) FROM promises_photo)")
    db.execute(
        "INSERT INTO guests_importrow (group_id, file_id, line, outcome, guest_id, issues)"
        " SELECT group_id, id, 1, 'made', %s, '[]' FROM guests_import",
        [guest_id],
    )
    db.execute(
        "INSERT INTO guests_reveal (group_id, guest_id, user_id, what, reason, at)"
        " SELECT group_id, id, 1, 'phone', '-', now() FROM guests_guest WHERE id = %s",
        [guest_id],
    )


@contextmanager
def no_triggers(tables: Iterable[str]) -> Iterator[None]:
    """To plant where nothing is written twice. Of this transaction only."""
    tables = sorted(set(tables))
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def plant_sealed() -> int:
    """The word under the house's key, wherever something is sealed."""
    count = 0
    for sealed in SEALED:
        if not sealed.table.startswith(ABOUT_GUESTS) or sealed.table in OF_THE_HOUSE:
            continue
        for row_id in db.fetch_values(f"SELECT id FROM {sealed.table}"):
            secret = crypto.seal(WORD, place=sealed.place(row_id))
            db.execute(f"UPDATE {sealed.table} SET {sealed.column} = %s WHERE id = %s", [secret, row_id])
            count += 1
    return count


def sealed_left() -> list[str]:
    return [
        f"{sealed.table}.{sealed.column}"
        for sealed in SEALED
        if sealed.table.startswith(ABOUT_GUESTS) and sealed.table not in OF_THE_HOUSE
        for row in db.fetch_all(f"SELECT id, {sealed.column} AS secret FROM {sealed.table}")
        if row["secret"] is not None and crypto.open_sealed(row["secret"], place=sealed.place(row["id"])) != ""
    ]


def left() -> dict[str, str]:
    """Where the word still stands: columns by table."""
    db.enter_scope("*", "*")
    found: dict[str, str] = {}
    for table in db.fetch_values(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        for key in db.fetch_values(
            f"SELECT DISTINCT e.key FROM {table} t, jsonb_each_text(to_jsonb(t)) e WHERE e.value LIKE %s",
            [f"%{WORD}%"],
        ):
            found[f"{table}.{key}"] = table
    return found


def test_erase_leaves_no_word_of_the_guest_in_any_table(twin: Twin) -> None:
    guest_id = twin.ids["guest_id"]
    db.enter_scope("*", "*")
    columns = list(texts())
    with no_triggers({*(table for table, _c in columns), *(s.table for s in SEALED if s.table.startswith(ABOUT_GUESTS)),
                      *NOBODYS}):  # fmt: skip
        make_all_the_guests(guest_id)
        planted = {f"{table}.{column}" for table, column in columns if plant(table, column)}
        assert plant_sealed() > 5
    assert planted <= set(left())
    assert {f"{t}.{c}" for t, c in columns} - planted == WITHOUT_ROWS
    erase_file(group_id=twin.hotel.ref.group_id, guest_id=guest_id, actor=SYSTEM, now=NOW)
    assert set(left()) == set(KEPT) & planted
    assert sealed_left() == []
    audit.seal()
    assert audit.verify() is None


def test_only_an_erasure_changes_what_is_written_once_and_only_its_words(twin: Twin) -> None:
    db.enter_scope("*", "*")
    before = left_of("vip_visitevent"), left_of("promises_logentry")
    refused = (IntegrityError, InternalError)
    with pytest.raises(refused, match="insert-only"), transaction.atomic():
        db.execute("UPDATE promises_logentry SET text = ''")
    db.execute("SELECT set_config('binzhi.erasing', '77', true)")
    with pytest.raises(refused, match="insert-only"), transaction.atomic():
        db.execute("UPDATE promises_logentry SET text = ''")
    for change, why in (("at = now()", "insert-only"), ("text = text || 'more'", "nothing new")):
        with pytest.raises(refused, match=why), transaction.atomic(), erasing():
            db.execute(f"UPDATE promises_logentry SET {change}")
    with pytest.raises(refused, match="insert-only"), transaction.atomic(), erasing():
        db.execute("DELETE FROM promises_logentry")
    with pytest.raises(refused, match="decided once"), transaction.atomic(), erasing():
        db.execute("UPDATE vip_levelrequest SET approved = NOT approved")
    assert (left_of("vip_visitevent"), left_of("promises_logentry")) == before
    with erasing():
        assert db.execute("UPDATE promises_logentry SET text = ''") > 0
    with pytest.raises(refused, match="insert-only"), transaction.atomic():
        db.execute("UPDATE promises_logentry SET text = '—'")


def left_of(table: str) -> list[str]:
    return db.fetch_values(f"SELECT t::text FROM {table} t ORDER BY 1")
