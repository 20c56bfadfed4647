"""Key cards: each made once, made void for good, never removed from the log."""

import django.db.models.deletion
from django.db import migrations, models


from binzhi.kernel.schema import hotel_wall


STAYS = """
CREATE FUNCTION frontdesk_key_card_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.hotel_id, NEW.room_reservation_id, NEW.room_id, NEW.serial, NEW.is_copy, NEW.by_hand, NEW.asked_at, NEW.asked_by)
        IS DISTINCT FROM (OLD.hotel_id, OLD.room_reservation_id, OLD.room_id, OLD.serial, OLD.is_copy, OLD.by_hand,
                          OLD.asked_at, OLD.asked_by)
       OR NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('asked', 'made'), ('asked', 'failed'),
           ('asked', 'voiding'), ('asked', 'void'), ('made', 'voiding'), ('made', 'void'), ('voiding', 'void')) THEN
        RAISE EXCEPTION 'a card stays what it was made, and void once it is void'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'key_card_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frontdesk_key_card_stays BEFORE UPDATE ON frontdesk_keycard
FOR EACH ROW EXECUTE FUNCTION frontdesk_key_card_stays();
CREATE TRIGGER frontdesk_key_card_kept BEFORE DELETE ON frontdesk_keycard
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
"""
NO_STAYS = """
DROP TRIGGER frontdesk_key_card_kept ON frontdesk_keycard;
DROP TRIGGER frontdesk_key_card_stays ON frontdesk_keycard; DROP FUNCTION frontdesk_key_card_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0030_assignment_weights"),
        ("property", "0003_seals"),
        ("reservations", "0013_promotion_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="LockSystem",
            fields=[
                (
                    "hotel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="property.hotel",
                    ),
                ),
                ("url", models.CharField(db_default="", max_length=200)),
                ("key", models.BinaryField(null=True)),
                (
                    "most_cards",
                    models.SmallIntegerField(db_default=4, help_text="cards of one stay that open its door"),
                ),
                (
                    "grace_minutes",
                    models.SmallIntegerField(db_default=30, help_text="so long after check-out time they open it"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grace_minutes__gte", 0),
                            ("grace_minutes__lte", 720),
                            ("most_cards__gte", 1),
                            ("most_cards__lte", 20),
                        ),
                        name="lock_system_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=32)),
                ("is_copy", models.BooleanField(help_text="those made before go on opening the door")),
                (
                    "state",
                    models.CharField(db_default="asked", help_text="asked, made, failed, voiding, void", max_length=10),
                ),
                ("by_hand", models.BooleanField(db_default=False)),
                ("card_no", models.CharField(db_default="", max_length=32)),
                ("valid_until", models.DateTimeField()),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "void_reason",
                    models.CharField(
                        db_default="", help_text="left, moved, reverted, lost, back, wrong, unmade", max_length=10
                    ),
                ),
                ("voided_by", models.BigIntegerField(null=True)),
                ("void_asked_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                ("error", models.CharField(db_default="", max_length=120)),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("next_at", models.DateTimeField(null=True)),
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
                    models.Index(fields=["room_reservation"], name="key_card_of_stay"),
                    models.Index(fields=["hotel", "-id"], name="key_card_of_hotel"),
                    models.Index(fields=["room", "-id"], name="key_card_of_room"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "voiding"])), fields=["next_at"], name="key_card_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "serial"), name="key_card_serial"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["asked", "failed"]), ("void_reason", "")),
                            models.Q(("made_at__isnull", False), ("state", "made"), ("void_reason", "")),
                            models.Q(
                                ("state__in", ["voiding", "void"]),
                                ("void_asked_at__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="key_card_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "void"), _negated=True), ("voided_at__isnull", False), _connector="OR"
                        ),
                        name="key_card_voided",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, NO_STAYS),
        *hotel_wall("frontdesk_locksystem", "frontdesk_keycard"),
    ]
