"""Seals of rooms: while one is whole, neither condition nor maintenance of its room changes."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall

# By statement, as the night audit writes every room at once. Seals are few: nothing is read when there is none.
SEALED = """
CREATE FUNCTION property_sealed_stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM property_roomseal s JOIN rooms_after n ON n.id = s.room_id JOIN rooms_before o ON o.id = s.room_id
        WHERE s.broken_at IS NULL
          AND (n.housekeeping, n.maintenance, n.is_active) IS DISTINCT FROM (o.housekeeping, o.maintenance, o.is_active)
    ) THEN
        RAISE EXCEPTION 'a sealed room stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'room_sealed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER property_sealed_stays_as_it_is AFTER UPDATE ON property_room
REFERENCING OLD TABLE AS rooms_before NEW TABLE AS rooms_after
FOR EACH STATEMENT EXECUTE FUNCTION property_sealed_stays_as_it_is();

CREATE FUNCTION property_broken_stays_broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.broken_at IS NOT NULL OR NEW.room_id <> OLD.room_id OR NEW.hotel_id <> OLD.hotel_id
        OR NEW.stay_id IS DISTINCT FROM OLD.stay_id OR NEW.sealed_at <> OLD.sealed_at THEN
        RAISE EXCEPTION 'a seal is broken once and kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER property_broken_stays_broken BEFORE UPDATE OR DELETE ON property_roomseal
FOR EACH ROW EXECUTE FUNCTION property_broken_stays_broken();
"""
NOT_SEALED = """
DROP TRIGGER property_broken_stays_broken ON property_roomseal;
DROP FUNCTION property_broken_stays_broken();
DROP TRIGGER property_sealed_stays_as_it_is ON property_room;
DROP FUNCTION property_sealed_stays_as_it_is();
"""


class Migration(migrations.Migration):
    dependencies = [("property", "0002_invariants")]
    operations = [
        migrations.CreateModel(
            name="RoomSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.room",
                    ),
                ),
                ("stay_id", models.BigIntegerField(null=True)),
                ("sealed_at", models.DateTimeField()),
                ("sealed_by", models.BigIntegerField(null=True)),
                ("broken_at", models.DateTimeField(null=True)),
                ("broken_by", models.BigIntegerField(null=True)),
                ("reason", models.CharField(db_default="", max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "sealed_at"], name="seal_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("broken_at", None)), fields=("room",), name="one_seal_a_room"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("broken_at__isnull", False),
                            models.Q(("broken_by", None), ("reason", "")),
                            _connector="OR",
                        ),
                        name="unbroken_seal_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("broken_at", None),
                            ("stay_id__isnull", False),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="broken_seal_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SEALED, NOT_SEALED),
        *hotel_wall("property_roomseal"),
    ]
