"""A sealed room is entered by nobody but the stay it waits for: no night of it for another, no check-in past the seal."""

from django.db import migrations

# By statement: assigning gives many nights at once, and seals are few.
NO_NIGHT = """
CREATE FUNCTION reservations_no_night_of_a_sealed_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM nights_given n JOIN property_roomseal s ON s.room_id = n.room_id AND s.broken_at IS NULL
        WHERE s.stay_id IS DISTINCT FROM n.room_reservation_id OR n.room_reservation_id IS NULL
    ) THEN
        RAISE EXCEPTION 'the room is sealed' USING ERRCODE = 'check_violation', CONSTRAINT = 'room_sealed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reservations_no_night_of_a_sealed_room AFTER INSERT ON reservations_roomnight
REFERENCING NEW TABLE AS nights_given
FOR EACH STATEMENT EXECUTE FUNCTION reservations_no_night_of_a_sealed_room();
CREATE TRIGGER reservations_no_night_moved_to_a_sealed_room AFTER UPDATE ON reservations_roomnight
REFERENCING NEW TABLE AS nights_given
FOR EACH STATEMENT EXECUTE FUNCTION reservations_no_night_of_a_sealed_room();
"""
ANY_NIGHT = """
DROP TRIGGER reservations_no_night_moved_to_a_sealed_room ON reservations_roomnight;
DROP TRIGGER reservations_no_night_of_a_sealed_room ON reservations_roomnight;
DROP FUNCTION reservations_no_night_of_a_sealed_room();
"""

# Whoever comes in, the seal is ended first: by the check-in it waits for, in the same transaction, or broken.
NOBODY_ENTERS = """
CREATE FUNCTION reservations_nobody_enters_a_sealed_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM property_roomseal s WHERE s.room_id = NEW.room_id AND s.broken_at IS NULL) THEN
        RAISE EXCEPTION 'the room is sealed' USING ERRCODE = 'check_violation', CONSTRAINT = 'room_sealed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reservations_nobody_enters_a_sealed_room BEFORE UPDATE ON reservations_roomreservation
FOR EACH ROW WHEN (
    NEW.status = 'in_house' AND (OLD.status IS DISTINCT FROM 'in_house' OR OLD.room_id IS DISTINCT FROM NEW.room_id)
) EXECUTE FUNCTION reservations_nobody_enters_a_sealed_room();
CREATE TRIGGER reservations_nobody_starts_in_a_sealed_room BEFORE INSERT ON reservations_roomreservation
FOR EACH ROW WHEN (NEW.status = 'in_house') EXECUTE FUNCTION reservations_nobody_enters_a_sealed_room();
"""
ANYBODY_ENTERS = """
DROP TRIGGER reservations_nobody_starts_in_a_sealed_room ON reservations_roomreservation;
DROP TRIGGER reservations_nobody_enters_a_sealed_room ON reservations_roomreservation;
DROP FUNCTION reservations_nobody_enters_a_sealed_room();
"""

# What the house itself cannot know of a seal: the stay is one of this hotel that is expected in this room, and
# nobody is in the room.
WHOSE_SEAL = """
CREATE FUNCTION reservations_seal_waits_for_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stay_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM reservations_roomreservation r
        WHERE r.id = NEW.stay_id AND r.hotel_id = NEW.hotel_id AND r.room_id = NEW.room_id AND r.status = 'reserved'
    ) THEN
        RAISE EXCEPTION 'no such stay is expected in this room'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'seal_of_a_stay';
    END IF;
    IF EXISTS (
        SELECT FROM reservations_roomreservation r WHERE r.room_id = NEW.room_id AND r.status = 'in_house'
    ) THEN
        RAISE EXCEPTION 'somebody is in this room'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seal_of_an_empty_room';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reservations_seal_waits_for_somebody BEFORE INSERT ON property_roomseal
FOR EACH ROW EXECUTE FUNCTION reservations_seal_waits_for_somebody();
"""
ANY_SEAL = """
DROP TRIGGER reservations_seal_waits_for_somebody ON property_roomseal;
DROP FUNCTION reservations_seal_waits_for_somebody();
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0002_invariants"), ("property", "0003_seals")]
    operations = [
        migrations.RunSQL(NO_NIGHT, ANY_NIGHT),
        migrations.RunSQL(NOBODY_ENTERS, ANYBODY_ENTERS),
        migrations.RunSQL(WHOSE_SEAL, ANY_SEAL),
    ]
