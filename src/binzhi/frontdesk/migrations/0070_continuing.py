"""Stays that go on under another booking: who does, and what goes with them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from binzhi.kernel.schema import hotel_wall

# The stay that a reservation goes on from: the one it was continued from; before that, of the same guest, the one that
# ends the day this begins. Of several the first on either side, so that each stay has one that follows it at most. In
# plpgsql, whose plans are kept: a list that asks for each of its rows does not plan them anew.
FINDS = """
CREATE FUNCTION frontdesk_stay_before(this bigint) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(
        (SELECT c.stay_id FROM frontdesk_continuation c WHERE c.next_stay_id = this AND c.undone_at IS NULL),
        (SELECT s.id FROM reservations_roomreservation n
         JOIN reservations_roomreservation s ON s.guest_id = n.guest_id AND s.hotel_id = n.hotel_id
             AND s.departure = n.arrival AND s.arrival < s.departure AND s.status IN ('in_house', 'reserved')
         WHERE n.id = this AND n.status = 'reserved' AND n.arrival < n.departure
           AND NOT EXISTS (
               SELECT FROM reservations_roomreservation o
               WHERE o.guest_id = n.guest_id AND o.hotel_id = n.hotel_id AND o.arrival = n.arrival
                 AND o.arrival < o.departure AND o.status = 'reserved' AND o.id < n.id)
         ORDER BY s.status = 'reserved', s.id LIMIT 1));
END $$;
CREATE FUNCTION frontdesk_stay_after(this bigint) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(
        (SELECT c.next_stay_id FROM frontdesk_continuation c WHERE c.stay_id = this AND c.undone_at IS NULL),
        (SELECT n.id FROM reservations_roomreservation s
         JOIN reservations_roomreservation n ON n.guest_id = s.guest_id AND n.hotel_id = s.hotel_id
             AND n.arrival = s.departure AND n.arrival < n.departure AND n.status = 'reserved'
         WHERE s.id = this AND s.status IN ('in_house', 'reserved') AND frontdesk_stay_before(n.id) = s.id
         ORDER BY n.id LIMIT 1));
END $$;
CREATE FUNCTION frontdesk_goes_on(was bigint, becomes bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM frontdesk_continuation c
                   WHERE c.undone_at IS NULL AND (c.stay_id, c.next_stay_id) IN ((was, becomes), (becomes, was)))
$$;
"""
NO_FINDS = """
DROP FUNCTION frontdesk_goes_on(bigint, bigint);
DROP FUNCTION frontdesk_stay_after(bigint);
DROP FUNCTION frontdesk_stay_before(bigint);
"""
# What is written once of a stay (reports to the police, key cards) goes with the guest to the booking he stays on under,
# and changes nothing else by it.
FOLLOWS = """
DROP TRIGGER frontdesk_policereport_moves ON frontdesk_policereport;
CREATE TRIGGER frontdesk_policereport_kept BEFORE DELETE ON frontdesk_policereport
FOR EACH ROW EXECUTE FUNCTION frontdesk_policereport_moves();
CREATE TRIGGER frontdesk_policereport_moves BEFORE UPDATE ON frontdesk_policereport
FOR EACH ROW WHEN (NOT (OLD.room_reservation_id <> NEW.room_reservation_id
    AND to_jsonb(OLD) - 'room_reservation_id' = to_jsonb(NEW) - 'room_reservation_id'
    AND frontdesk_goes_on(OLD.room_reservation_id, NEW.room_reservation_id)))
EXECUTE FUNCTION frontdesk_policereport_moves();
DROP TRIGGER frontdesk_key_card_stays ON frontdesk_keycard;
CREATE TRIGGER frontdesk_key_card_stays BEFORE UPDATE ON frontdesk_keycard
FOR EACH ROW WHEN (NOT (OLD.room_reservation_id <> NEW.room_reservation_id
    AND to_jsonb(OLD) - 'room_reservation_id' = to_jsonb(NEW) - 'room_reservation_id'
    AND frontdesk_goes_on(OLD.room_reservation_id, NEW.room_reservation_id)))
EXECUTE FUNCTION frontdesk_key_card_stays();
"""
NO_FOLLOWS = """
DROP TRIGGER frontdesk_key_card_stays ON frontdesk_keycard;
CREATE TRIGGER frontdesk_key_card_stays BEFORE UPDATE ON frontdesk_keycard
FOR EACH ROW EXECUTE FUNCTION frontdesk_key_card_stays();
DROP TRIGGER frontdesk_policereport_moves ON frontdesk_policereport;
DROP TRIGGER frontdesk_policereport_kept ON frontdesk_policereport;
CREATE TRIGGER frontdesk_policereport_moves BEFORE UPDATE OR DELETE ON frontdesk_policereport
FOR EACH ROW EXECUTE FUNCTION frontdesk_policereport_moves();
"""


def stay() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="reservations.roomreservation",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0080_police_corrections"),
        ("reservations", "0031_day_use"),
        ("property", "0003_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Continuation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                ("next_stay", stay()),
                ("stay", stay()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=Q(undone_at=None), fields=("stay",), name="stay_continued_once"),
                    models.UniqueConstraint(
                        condition=Q(undone_at=None), fields=("next_stay",), name="stay_continues_one"
                    ),
                    models.CheckConstraint(condition=~Q(stay=F("next_stay")), name="stay_continues_another"),
                ],
            },
        ),
        *hotel_wall("frontdesk_continuation"),
        migrations.RunSQL(FINDS, NO_FINDS),
        migrations.RunSQL(FOLLOWS, NO_FOLLOWS),
    ]
