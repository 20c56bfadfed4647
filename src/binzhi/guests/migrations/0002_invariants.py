"""Prefix indexes of the search keys, insert-only reveals, the walls between groups."""

from django.db import migrations

from binzhi.kernel.schema import group_wall, insert_only

INDEXES = {
    "guest_by_plain": "guests_guest (group_id, plain text_pattern_ops)",
    "guest_by_pinyin": "guests_guest (group_id, pinyin text_pattern_ops)",
    "guest_by_initials": "guests_guest (group_id, initials text_pattern_ops)",
    "guest_by_phone": "guests_guest (group_id, phone_index) WHERE phone_index IS NOT NULL",
    "guest_by_phone_tail": "guests_guest (group_id, phone_tail_index) WHERE phone_tail_index IS NOT NULL",
    "guest_by_member_no": "guests_guest (group_id, member_no text_pattern_ops)",
    "document_by_number": "guests_guestdocument (group_id, number_index)",
    "organisation_by_name": "guests_organisation (group_id, name text_pattern_ops)",
    "organisation_by_pinyin": "guests_organisation (group_id, pinyin text_pattern_ops)",
    "organisation_by_initials": "guests_organisation (group_id, initials text_pattern_ops)",
}


class Migration(migrations.Migration):
    dependencies = [("guests", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        *[migrations.RunSQL(f"CREATE INDEX {name} ON {on}", f"DROP INDEX {name}") for name, on in INDEXES.items()],
        *insert_only("guests_reveal"),
        *group_wall("guests_guest", "guests_guestdocument", "guests_organisation", "guests_reveal"),
    ]
