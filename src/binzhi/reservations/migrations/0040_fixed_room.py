"""A room that was promised stays with its guest: the trigger refuses every other room, whoever asks."""

from django.db import migrations, models
from django.db.models import Q

KEEP = """
CREATE FUNCTION reservations_keep_fixed_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the room is fixed' USING ERRCODE = 'check_violation', CONSTRAINT = 'fixed_room_kept';
END
$$;
CREATE TRIGGER fixed_room_kept BEFORE UPDATE OF room_id ON reservations_roomreservation
FOR EACH ROW WHEN (OLD.room_fixed <> '' AND NEW.room_fixed <> '' AND OLD.room_id IS DISTINCT FROM NEW.room_id
                   AND NEW.status IN ('reserved', 'in_house'))
EXECUTE FUNCTION reservations_keep_fixed_room();
"""
LET_GO = """
DROP TRIGGER fixed_room_kept ON reservations_roomreservation;
DROP FUNCTION reservations_keep_fixed_room();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0013_promotion_tries"),
    ]

    operations = [
        migrations.AddField(
            model_name="roomreservation",
            name="room_fixed",
            field=models.CharField(
                db_default="", help_text="why nobody may give it another room; empty: anybody may", max_length=200
            ),
        ),
        migrations.AddConstraint(
            model_name="roomreservation",
            constraint=models.CheckConstraint(
                condition=Q(room_fixed="") | Q(room__isnull=False) | ~Q(status__in=["reserved", "in_house"]),
                name="fixed_room_is_given",
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
