"""Evidence is written once; of an observation only what erasing, taking back and merging need can change. The walls."""

from django.db import migrations

from binzhi.kernel.schema import group_wall, hotel_wall, insert_only

KEPT = """
CREATE FUNCTION guests_observation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'observations are not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.group_id, NEW.hotel_id, NEW.stay_id, NEW.room, NEW.place, NEW.moment, NEW.basis, NEW.once,
        NEW.user_id, NEW.staff_id, NEW.at)
        IS DISTINCT FROM (OLD.id, OLD.group_id, OLD.hotel_id, OLD.stay_id, OLD.room, OLD.place, OLD.moment, OLD.basis,
        OLD.once, OLD.user_id, OLD.staff_id, OLD.at)
        OR (NEW.text IS DISTINCT FROM OLD.text AND NEW.text <> '')
        OR (NEW.chips IS DISTINCT FROM OLD.chips AND NEW.chips <> '{}')
        OR (NEW.kind IS DISTINCT FROM OLD.kind AND NEW.kind <> '')
        OR (NEW.picture_id IS DISTINCT FROM OLD.picture_id AND NEW.picture_id IS NOT NULL)
        OR (OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at)
    THEN
        RAISE EXCEPTION 'an observation is written once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guests_observation_kept BEFORE UPDATE OR DELETE ON guests_observation
FOR EACH ROW EXECUTE FUNCTION guests_observation_kept();
"""
FREE = """
DROP TRIGGER guests_observation_kept ON guests_observation;
DROP FUNCTION guests_observation_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("guests", "0030_learning"), ("kernel", "0002_invariants")]
    operations = [
        migrations.RunSQL(KEPT, FREE),
        *insert_only("guests_preferenceevidence"),
        *hotel_wall("guests_observationchip", "guests_learningrule"),
        *group_wall(
            "guests_observation",
            "guests_observationpicture",
            "guests_preference",
            "guests_preferenceevidence",
            "guests_preferenceuse",
        ),
    ]
