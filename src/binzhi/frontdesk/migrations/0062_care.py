"""Messages for guests, wake-up calls, luggage and valuables in keeping."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


KEPT = """
CREATE FUNCTION frontdesk_kept_thing_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.hotel_id, NEW.kind, NEW.number, NEW.pieces, NEW.kept_at, NEW.kept_by)
        IS DISTINCT FROM (OLD.hotel_id, OLD.kind, OLD.number, OLD.pieces, OLD.kept_at, OLD.kept_by)
       OR OLD.collected_at IS NOT NULL AND NEW.collected_at IS DISTINCT FROM OLD.collected_at THEN
        RAISE EXCEPTION 'a receipt stays as it was written'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'kept_thing_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frontdesk_kept_thing_stays BEFORE UPDATE ON frontdesk_keptthing
FOR EACH ROW EXECUTE FUNCTION frontdesk_kept_thing_stays();
CREATE TRIGGER frontdesk_kept_thing_kept BEFORE DELETE ON frontdesk_keptthing
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
CREATE TRIGGER frontdesk_guest_message_kept BEFORE DELETE ON frontdesk_guestmessage
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
CREATE TRIGGER frontdesk_wake_up_kept BEFORE DELETE ON frontdesk_wakeupcall
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
"""
NO_KEPT = """
DROP TRIGGER frontdesk_wake_up_kept ON frontdesk_wakeupcall;
DROP TRIGGER frontdesk_guest_message_kept ON frontdesk_guestmessage;
DROP TRIGGER frontdesk_kept_thing_kept ON frontdesk_keptthing;
DROP TRIGGER frontdesk_kept_thing_stays ON frontdesk_keptthing; DROP FUNCTION frontdesk_kept_thing_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0040_night_audit_pack"),
        ("guests", "0090_contracts"),
        ("property", "0003_seals"),
        ("reservations", "0040_fixed_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptThing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="luggage, valuables", max_length=10)),
                ("number", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=60)),
                ("pieces", models.SmallIntegerField()),
                ("description", models.CharField(db_default="", max_length=200)),
                ("place", models.CharField(max_length=40)),
                ("expected_on", models.DateField(null=True)),
                ("kept_by", models.BigIntegerField(null=True)),
                ("kept_at", models.DateTimeField()),
                ("collected_by", models.CharField(db_default="", max_length=60)),
                ("handed_by", models.BigIntegerField(null=True)),
                ("collected_at", models.DateTimeField(null=True)),
                (
                    "guest",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.guest",
                    ),
                ),
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
                    "room_reservation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.roomreservation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hotel", "-id"], name="kept_thing_of_hotel"),
                    models.Index(fields=["guest"], name="kept_thing_of_guest"),
                    models.Index(fields=["room_reservation"], name="kept_thing_of_stay"),
                    models.Index(condition=models.Q(("collected_at", None)), fields=["hotel"], name="kept_thing_here"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "number"), name="kept_thing_number"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["luggage", "valuables"])), name="kept_thing_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pieces__gte", 1), ("pieces__lte", 99)), name="kept_thing_pieces"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("collected_at", None), ("collected_by", "")),
                            ("collected_at__isnull", False),
                            _connector="OR",
                        ),
                        name="kept_thing_collected_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(help_text="taken_in, moved, given_out", max_length=10)),
                ("place", models.CharField(db_default="", max_length=40)),
                ("note", models.CharField(db_default="", max_length=80)),
                ("by", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
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
                    "thing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="frontdesk.keptthing",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["thing", "id"], name="kept_move_of_thing")],
            },
        ),
        migrations.CreateModel(
            name="WakeUpCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
                ("state", models.CharField(db_default="due", help_text="due, done, failed, cancelled", max_length=10)),
                ("tries", models.SmallIntegerField(db_default=0)),
                ("note", models.CharField(db_default="", max_length=80)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("done_by", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("seen_by", models.BigIntegerField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
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
                    "room_reservation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.roomreservation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hotel", "at"], name="wake_up_by_time"),
                    models.Index(condition=models.Q(("state", "due")), fields=["next_at"], name="wake_up_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        fields=("room_reservation", "at"),
                        name="wake_up_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("state", "due")),
                            models.Q(("done_at__isnull", False), ("state__in", ["done", "failed", "cancelled"])),
                            _connector="OR",
                        ),
                        name="wake_up_done_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            ("escalated_at__isnull", False),
                            _connector="OR",
                        ),
                        name="wake_up_failed_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuestMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500)),
                ("from_whom", models.CharField(db_default="", max_length=80)),
                ("is_urgent", models.BooleanField(db_default=False)),
                ("taken_by", models.BigIntegerField(null=True)),
                ("taken_at", models.DateTimeField()),
                ("how", models.CharField(db_default="", help_text="hand, phone, room, withdrawn", max_length=10)),
                ("done_by", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
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
                    "room_reservation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.roomreservation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["room_reservation"], name="guest_message_of_stay"),
                    models.Index(fields=["hotel", "-id"], name="guest_message_of_hotel"),
                    models.Index(condition=models.Q(("done_at", None)), fields=["hotel"], name="guest_message_open"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("how", "")),
                            models.Q(("done_at__isnull", False), ("how__in", ["hand", "phone", "room", "withdrawn"])),
                            _connector="OR",
                        ),
                        name="guest_message_done_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, NO_KEPT),
        *insert_only("frontdesk_keptmove"),
        *hotel_wall("frontdesk_guestmessage", "frontdesk_wakeupcall", "frontdesk_keptthing", "frontdesk_keptmove"),
    ]
