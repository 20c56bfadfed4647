"""Rooms sold by the hour: never two in the same hours, never into a night of the room."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from binzhi.kernel.schema import hotel_wall


def named(to: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, db_index=False)


def key(to: str) -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False, to=to
    )


def money() -> models.DecimalField:
    return models.DecimalField(decimal_places=2, max_digits=10)


ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")

# A range of (room, minute) that no other open one touches.
_APART = """
ALTER TABLE reservations_hourlyuse ADD CONSTRAINT hours_apart EXCLUDE USING gist (
    int8range(room_id * 4294967296 + start_minute, room_id * 4294967296 + end_minute) WITH &&)
    WHERE (closed_at IS NULL);
"""
# By when the room must be ready for a night of it: at check-in time, earlier when the guest said so, and at once for
# who is in the house already or for a room out of order.
_READY = """
CREATE FUNCTION reservations_ready_minute(room_reservation bigint, hotel bigint, night date)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.id IS NULL OR r.status <> 'reserved' THEN 0
        ELSE floor(extract(epoch FROM (night + least(coalesce(v.expected_at, h.check_in_time), h.check_in_time))
                                      AT TIME ZONE h.timezone) / 60)::bigint END
    FROM property_hotel h
    LEFT JOIN reservations_roomreservation r ON r.id = room_reservation
    LEFT JOIN reservations_reservation v ON v.id = r.reservation_id
    WHERE h.id = hotel
$$;
"""
# Hours look for nights, nights look for hours. The row of the room decides who comes first: hours take it alone, room
# nights in share, each before its own look (the foreign key would take it at the commit, which is too late). A hotel
# that sells no hours is spared that.
_HOURS = """
CREATE FUNCTION reservations_hours_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM property_room WHERE id = NEW.room_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM reservations_roomnight n
        WHERE n.room_id = NEW.room_id AND n.night = NEW.night
          AND NEW.end_minute + NEW.turnaround > reservations_ready_minute(n.room_reservation_id, n.hotel_id, n.night)
    ) THEN
        RAISE EXCEPTION 'the room is needed for the night'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'hours_and_nights';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hours_look BEFORE INSERT OR UPDATE ON reservations_hourlyuse
FOR EACH ROW WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION reservations_hours_look();

CREATE FUNCTION reservations_nights_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM reservations_dayuseterms t WHERE t.hotel_id = (SELECT hotel_id FROM added LIMIT 1)) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM property_room WHERE id IN (SELECT room_id FROM added) ORDER BY id FOR KEY SHARE;
    IF EXISTS (
        SELECT 1 FROM added n
        JOIN reservations_hourlyuse u ON u.room_id = n.room_id AND u.night = n.night AND u.closed_at IS NULL
        WHERE u.end_minute + u.turnaround > reservations_ready_minute(n.room_reservation_id, n.hotel_id, n.night)
    ) THEN
        RAISE EXCEPTION 'the room is sold by the hour'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'hours_and_nights';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER nights_look AFTER INSERT ON reservations_roomnight
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION reservations_nights_look();
"""
# Hours end with their stay and come back with it, follow it into another room of the type, and begin early with it.
# The room that was held tonight for them is for sale again when they end.
_FOLLOW = """
CREATE FUNCTION reservations_hours_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    u reservations_hourlyuse;
    step integer := 0;
BEGIN
    SELECT * INTO u FROM reservations_hourlyuse WHERE room_reservation_id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF NEW.status IN ('cancelled', 'no_show', 'checked_out') THEN
        IF u.closed_at IS NULL THEN
            step := -1;
            UPDATE reservations_hourlyuse SET closed_at = statement_timestamp() WHERE room_reservation_id = NEW.id;
        END IF;
    ELSE
        IF NEW.room_id IS NULL OR NEW.room_type_id <> u.room_type_id OR NEW.departure <> NEW.arrival THEN
            RAISE EXCEPTION 'a day use keeps its kind of room and its day'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'hours_keep_their_room';
        END IF;
        step := CASE WHEN u.closed_at IS NULL THEN 0 ELSE 1 END;
        UPDATE reservations_hourlyuse SET closed_at = NULL, room_id = NEW.room_id,
            start_minute = CASE WHEN NEW.status = 'in_house'
                THEN least(start_minute, floor(extract(epoch FROM NEW.checked_in_at) / 60)::integer)
                ELSE start_minute END
        WHERE room_reservation_id = NEW.id;
    END IF;
    IF step <> 0 AND u.holds_night THEN
        UPDATE reservations_night SET held = held + step
        WHERE night = u.night AND hotel_id = u.hotel_id AND room_type_id = u.room_type_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hours_follow AFTER UPDATE OF status, room_id, arrival, departure ON reservations_roomreservation
FOR EACH ROW WHEN (OLD.arrival = OLD.departure AND (
    OLD.status IS DISTINCT FROM NEW.status OR OLD.room_id IS DISTINCT FROM NEW.room_id
    OR OLD.departure IS DISTINCT FROM NEW.departure OR OLD.arrival IS DISTINCT FROM NEW.arrival))
EXECUTE FUNCTION reservations_hours_follow();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("property", "0003_seals"),
        ("reservations", "0030_packages"),
    ]
    operations = [
        migrations.CreateModel(
            name="DayUseTerms",
            fields=[
                ("hotel", key("property.hotel")),
                ("opens", models.TimeField()),
                ("closes", models.TimeField(help_text="the latest end")),
                (
                    "turnaround",
                    models.SmallIntegerField(db_default=60, help_text="minutes to make the room ready again"),
                ),
                ("grace", models.SmallIntegerField(db_default=15, help_text="minutes over that cost nothing")),
                ("rate_plan", named("reservations.rateplan")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(closes__gt=F("opens"), turnaround__range=(0, 480), grace__range=(0, 60)),
                        name="day_use_terms",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="DayUsePrice",
            fields=[
                ("id", ID),
                ("hours", models.SmallIntegerField()),
                ("price", money()),
                ("overtime_price", money()),
                ("hotel", named("property.hotel")),
                ("room_type", named("property.roomtype")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "room_type", "hours"), name="day_use_price_once"),
                    models.CheckConstraint(
                        condition=Q(hours__range=(1, 12), price__gt=0, overtime_price__gte=0), name="day_use_price"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="HourlyUse",
            fields=[
                ("room_reservation", key("reservations.roomreservation")),
                ("night", models.DateField(help_text="the hotel day")),
                ("start_minute", models.IntegerField()),
                ("end_minute", models.IntegerField()),
                ("turnaround", models.SmallIntegerField()),
                ("hours", models.SmallIntegerField()),
                ("overtime_price", money()),
                ("holds_night", models.BooleanField(db_default=False)),
                ("closed_at", models.DateTimeField(null=True)),
                ("hotel", named("property.hotel")),
                ("room", named("property.room")),
                ("room_type", named("property.roomtype")),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(closed_at=None), fields=["room", "night"], name="hours_open_of_room"),
                    models.Index(fields=["hotel", "night"], name="hours_of_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(end_minute__gt=F("start_minute"), turnaround__gte=0, hours__gte=1),
                        name="hours_make_sense",
                    )
                ],
            },
        ),
        migrations.RunSQL(_APART, "ALTER TABLE reservations_hourlyuse DROP CONSTRAINT hours_apart"),
        migrations.RunSQL(_READY, "DROP FUNCTION reservations_ready_minute(bigint, bigint, date)"),
        migrations.RunSQL(
            _HOURS,
            "DROP TRIGGER nights_look ON reservations_roomnight; DROP FUNCTION reservations_nights_look();"
            "DROP TRIGGER hours_look ON reservations_hourlyuse; DROP FUNCTION reservations_hours_look()",
        ),
        migrations.RunSQL(
            _FOLLOW,
            "DROP TRIGGER hours_follow ON reservations_roomreservation; DROP FUNCTION reservations_hours_follow()",
        ),
        *hotel_wall("reservations_dayuseterms", "reservations_dayuseprice", "reservations_hourlyuse"),
    ]
