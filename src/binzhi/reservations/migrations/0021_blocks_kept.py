"""What a group gives back, the numbers of groups, the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall

NUMBERS = """
CREATE SEQUENCE reservations_block_number START 1001;
ALTER TABLE reservations_block ALTER COLUMN number SET DEFAULT 'G' || nextval('reservations_block_number')::text;
"""
NO_NUMBERS = """
ALTER TABLE reservations_block ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE reservations_block_number;
"""

# However a room of a group gives a night back (cancelled, not come, shortened, moved, another type), the group's count
# follows it. Its rows of nights are locked by then: whoever changes a stay gives the nights back first. The night is
# the group's again as long as the group is definite and its cut-off is to come; a change of type leaves it to the house.
GIVES_BACK = """
CREATE FUNCTION reservations_block_gives_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    keeps boolean;
    today date;
    -- In RETURNING, NEW means the deleted row's.
    kind bigint := NEW.room_type_id;
BEGIN
    SELECT b.status = 'definite' AND b.released_at IS NULL, h.business_date INTO keeps, today
    FROM reservations_block b JOIN property_hotel h ON h.id = b.hotel_id WHERE b.id = NEW.block_id;
    WITH gone AS (
        DELETE FROM reservations_blockpickup p
        WHERE p.room_reservation_id = NEW.id AND p.night >= today
          AND (NEW.status NOT IN ('reserved', 'in_house', 'checked_out')
               OR p.night < NEW.arrival OR p.night >= NEW.departure OR p.room_type_id <> kind)
        RETURNING p.block_id, p.night, p.room_type_id, keeps AND p.room_type_id = kind AS back
    ), counted AS (
        UPDATE reservations_blocknight n
        SET picked_up = n.picked_up - 1, rooms = n.rooms - CASE WHEN g.back THEN 0 ELSE 1 END
        FROM gone g
        WHERE n.block_id = g.block_id AND n.night = g.night AND n.room_type_id = g.room_type_id
    )
    UPDATE reservations_night n SET held = n.held + 1
    FROM gone g
    WHERE g.back AND n.hotel_id = NEW.hotel_id AND n.night = g.night AND n.room_type_id = g.room_type_id;
    RETURN NULL;
END $$;
CREATE TRIGGER reservations_block_gives_back AFTER UPDATE ON reservations_roomreservation
FOR EACH ROW WHEN (
    OLD.block_id IS NOT NULL
    AND (OLD.status, OLD.arrival, OLD.departure, OLD.room_type_id)
        IS DISTINCT FROM (NEW.status, NEW.arrival, NEW.departure, NEW.room_type_id)
) EXECUTE FUNCTION reservations_block_gives_back();
"""
KEEPS = """
DROP TRIGGER reservations_block_gives_back ON reservations_roomreservation;
DROP FUNCTION reservations_block_gives_back();
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0020_blocks")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunSQL(GIVES_BACK, KEEPS),
        *hotel_wall("reservations_block", "reservations_blocknight", "reservations_blockpickup"),
    ]
