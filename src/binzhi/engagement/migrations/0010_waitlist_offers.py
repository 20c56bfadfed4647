"""Who waited is told when nights come free: a message about an entry of the waitlist, without a reservation."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("confirmation", "Confirmation of the reservation"),
    ("reminder", "Reminder before arrival"),
    ("arrangement", "Room arrangement notice"),
    ("thanks", "Thanks after the stay"),
    ("waitlist", "Offer to who waited"),
    ("note", "A message by hand"),
]
MOVES = """
CREATE OR REPLACE FUNCTION engagement_message_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a message is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.hotel_id, NEW.kind, NEW.way, NEW.reservation_id, NEW.room_reservation_id, {entry}NEW.source, NEW.serial,
        NEW.created_at) IS DISTINCT FROM (OLD.hotel_id, OLD.kind, OLD.way, OLD.reservation_id,
        OLD.room_reservation_id, {was}OLD.source, OLD.serial, OLD.created_at) THEN
        RAISE EXCEPTION 'what a message is does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT (
        (OLD.state = 'queued' AND NEW.state IN ('sending', 'cancelled', 'withheld', 'dead'))
        OR (OLD.state = 'sending' AND NEW.state IN ('queued', 'sent', 'dead', 'cancelled', 'withheld'))
        OR (OLD.state = 'dead' AND NEW.state IN ('queued', 'cancelled'))
    ) THEN
        RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def moves(entry: str, was: str) -> str:
    return MOVES.replace("{entry}", entry).replace("{was}", was)


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0002_invariants"),
        ("reservations", "0023_waitlist"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=15),
        ),
        migrations.AlterField(
            model_name="template",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=15),
        ),
        migrations.AlterField(
            model_name="messaging",
            name="automatic",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=KINDS, max_length=15), db_default=[], size=None
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="reservation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.reservation",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.waitlistentry",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=Q(reservation__isnull=False, entry=None) | Q(reservation=None, entry__isnull=False),
                name="message_is_about_something",
            ),
        ),
        migrations.RunSQL(moves("NEW.entry_id, ", "OLD.entry_id, "), moves("", "")),
    ]
