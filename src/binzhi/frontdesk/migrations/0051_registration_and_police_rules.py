"""What was reported stays reported, tries, patrols and signed cards are written once, the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import erasable, hotel_wall, insert_only

MOVES = """
CREATE FUNCTION frontdesk_policereport_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a police report is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.hotel_id, NEW.kind, NEW.room_reservation_id, NEW.registration_id, NEW.room_id, NEW.about_id, NEW.source,
        NEW.occurred_at, NEW.limit_at) IS DISTINCT FROM (OLD.hotel_id, OLD.kind, OLD.room_reservation_id,
        OLD.registration_id, OLD.room_id, OLD.about_id, OLD.source, OLD.occurred_at, OLD.limit_at) THEN
        RAISE EXCEPTION 'what a police report is about does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT (
        (OLD.state = 'waiting' AND NEW.state IN ('sending', 'received', 'withdrawn'))
        OR (OLD.state = 'sending' AND NEW.state IN ('waiting', 'incomplete', 'refused', 'received', 'withdrawn'))
        OR (OLD.state IN ('incomplete', 'refused') AND NEW.state IN ('waiting', 'received', 'withdrawn'))
    ) THEN
        RAISE EXCEPTION 'a police report does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frontdesk_policereport_moves BEFORE UPDATE OR DELETE ON frontdesk_policereport
FOR EACH ROW EXECUTE FUNCTION frontdesk_policereport_moves();
"""
NO_MOVES = """
DROP TRIGGER frontdesk_policereport_moves ON frontdesk_policereport;
DROP FUNCTION frontdesk_policereport_moves();
"""
# A card may be sealed anew under another key, and emptied by erasure; nothing else.
CARDS = """
CREATE FUNCTION frontdesk_registrationcard_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - '{content_sealed,signature_sealed}'::text[])
        = (to_jsonb(OLD) - '{content_sealed,signature_sealed}'::text[])
        AND (NEW.content_sealed IS NULL) >= (OLD.content_sealed IS NULL)
        AND (NEW.signature_sealed IS NULL) >= (OLD.signature_sealed IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed card is written once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frontdesk_registrationcard_once BEFORE UPDATE OR DELETE ON frontdesk_registrationcard
FOR EACH ROW EXECUTE FUNCTION frontdesk_registrationcard_once();
"""
NO_CARDS = """
DROP TRIGGER frontdesk_registrationcard_once ON frontdesk_registrationcard;
DROP FUNCTION frontdesk_registrationcard_once();
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0050_registration_and_police"), ("kernel", "0005_erasing")]
    operations = [
        migrations.RunSQL(MOVES, NO_MOVES),
        migrations.RunSQL(CARDS, NO_CARDS),
        *insert_only("frontdesk_policeattempt", "frontdesk_minorpatrol"),
        *erasable(frontdesk_minorpatrol="note"),
        *hotel_wall(
            "frontdesk_registrationrules", "frontdesk_minoralarm", "frontdesk_minorpatrol", "frontdesk_visitor",
            "frontdesk_registrationcard", "frontdesk_documentimage", "frontdesk_policelink", "frontdesk_policereport",
            "frontdesk_policeattempt",
        ),
    ]  # fmt: skip
