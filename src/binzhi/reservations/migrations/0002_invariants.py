"""Reservation numbers, room for in-place updates of the counters, the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall

NUMBERS = """
CREATE SEQUENCE reservations_number START 10000001;
ALTER TABLE reservations_reservation ALTER COLUMN number SET DEFAULT nextval('reservations_number')::text;
"""
NO_NUMBERS = """
ALTER TABLE reservations_reservation ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE reservations_number;
"""
# A statement that takes nights and goes on to write fails with it as a whole when a night was not to be had.
ALL_NIGHTS = """
CREATE FUNCTION reservations_all_nights(taken bigint, asked integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF taken <> asked THEN
        RAISE EXCEPTION 'a night was not to be had'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'all_nights';
    END IF;
    RETURN true;
END $$;
"""
NO_ALL_NIGHTS = "DROP FUNCTION reservations_all_nights(bigint, integer);"
FILL = "ALTER TABLE reservations_night SET (fillfactor = 70)"
NO_FILL = "ALTER TABLE reservations_night RESET (fillfactor)"

# People look for a booking by the beginning of the booker's name.
SEARCH = """
CREATE INDEX reservation_by_booker ON reservations_reservation (hotel_id, lower(booker_name) text_pattern_ops);
CREATE INDEX reservation_by_channel_number ON reservations_reservation (hotel_id, channel_number)
    WHERE channel_number IS NOT NULL;
"""
NO_SEARCH = "DROP INDEX reservation_by_booker; DROP INDEX reservation_by_channel_number;"


class Migration(migrations.Migration):
    dependencies = [("reservations", "0001_initial"), ("billing", "0002_invariants")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunSQL(ALL_NIGHTS, NO_ALL_NIGHTS),
        migrations.RunSQL(FILL, NO_FILL),
        migrations.RunSQL(SEARCH, NO_SEARCH),
        *hotel_wall(
            "reservations_night",
            "reservations_cancellationpolicy",
            "reservations_rateplan",
            "reservations_agreement",
            "reservations_ratenight",
            "reservations_code",
            "reservations_reservation",
            "reservations_roomreservation",
            "reservations_staynight",
            "reservations_outoforder",
            "reservations_roomnight",
        ),
    ]
