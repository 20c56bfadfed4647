"""Guests who share a room, rooms that belong together."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall


# Shares are set under the lock of the reservation, so that the sum is of all there are.
SHARES = """
CREATE FUNCTION frontdesk_shares_within_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(percent) FROM frontdesk_sharer
        WHERE room_reservation_id = NEW.room_reservation_id AND ended_at IS NULL) > 100 THEN
        RAISE EXCEPTION 'the shares are more than the room'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_within_room';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frontdesk_shares_within_room AFTER INSERT OR UPDATE ON frontdesk_sharer
FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION frontdesk_shares_within_room();
CREATE TRIGGER frontdesk_party_room_kept BEFORE DELETE ON frontdesk_partyroom
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
"""
NO_SHARES = """
DROP TRIGGER frontdesk_party_room_kept ON frontdesk_partyroom;
DROP TRIGGER frontdesk_shares_within_room ON frontdesk_sharer; DROP FUNCTION frontdesk_shares_within_room();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0030_holds"),
        ("frontdesk", "0060_keys"),
        ("property", "0003_seals"),
        ("reservations", "0013_promotion_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_by", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    "payer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.roomreservation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartyRoom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_at", models.DateTimeField()),
                ("parted_at", models.DateTimeField(null=True)),
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
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rooms",
                        to="frontdesk.party",
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
                "indexes": [models.Index(fields=["party"], name="rooms_of_party")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("parted_at", None)), fields=("room_reservation",), name="room_in_one_party"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sharer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_id", models.BigIntegerField(null=True)),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
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
                    "registration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="frontdesk.registration",
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
                "indexes": [models.Index(fields=["room_reservation"], name="sharer_of_stay")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("registration",), name="sharer_has_one_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)), name="sharer_percent"
                    ),
                ],
            },
        ),
        migrations.RunSQL(SHARES, NO_SHARES),
        *hotel_wall("frontdesk_sharer", "frontdesk_party", "frontdesk_partyroom"),
    ]
