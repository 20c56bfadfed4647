"""What was sent stays sent, tries are written once, the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only

MOVES = """
CREATE FUNCTION engagement_message_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a message is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.hotel_id, NEW.kind, NEW.way, NEW.reservation_id, NEW.room_reservation_id, NEW.source, NEW.serial,
        NEW.created_at) IS DISTINCT FROM (OLD.hotel_id, OLD.kind, OLD.way, OLD.reservation_id,
        OLD.room_reservation_id, OLD.source, OLD.serial, OLD.created_at) THEN
        RAISE EXCEPTION 'what a message is does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT (
        (OLD.state = 'queued' AND NEW.state IN ('sending', 'cancelled', 'withheld', 'dead'))
        OR (OLD.state = 'sending' AND NEW.state IN ('queued', 'sent', 'dead', 'cancelled', 'withheld'))
        OR (OLD.state = 'dead' AND NEW.state IN ('queued', 'cancelled'))
    ) THEN
        RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER engagement_message_moves BEFORE UPDATE OR DELETE ON engagement_message
FOR EACH ROW EXECUTE FUNCTION engagement_message_moves();
"""
NO_MOVES = """
DROP TRIGGER engagement_message_moves ON engagement_message;
DROP FUNCTION engagement_message_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("engagement", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        migrations.RunSQL(MOVES, NO_MOVES),
        *insert_only("engagement_attempt"),
        *hotel_wall("engagement_messaging", "engagement_template", "engagement_message", "engagement_attempt"),
    ]
