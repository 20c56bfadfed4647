"""A closed hotel day stays closed; room for in-place updates of rooms; the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall

CLOSED_STAYS_CLOSED = """
CREATE FUNCTION property_closed_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR NEW.hotel_id <> OLD.hotel_id OR NEW.date <> OLD.date THEN
        RAISE EXCEPTION 'a hotel day is closed once and never reopened' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER property_closed_stays_closed BEFORE UPDATE OR DELETE ON property_businessday
FOR EACH ROW EXECUTE FUNCTION property_closed_stays_closed();
"""
UNDO = """
DROP TRIGGER property_closed_stays_closed ON property_businessday;
DROP FUNCTION property_closed_stays_closed();
"""

# The night audit writes every room slept in at once, housekeeping writes it again by day: room in the page for both
# versions of each row, so that no index entry is made anew.
FILL = "ALTER TABLE property_room SET (fillfactor = 45)"
NO_FILL = "ALTER TABLE property_room RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("property", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        migrations.RunSQL(CLOSED_STAYS_CLOSED, UNDO),
        migrations.RunSQL(FILL, NO_FILL),
        *hotel_wall(
            "property_building", "property_floor", "property_roomtype", "property_room", "property_businessday"
        ),
    ]
