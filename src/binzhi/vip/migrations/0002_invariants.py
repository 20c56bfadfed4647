"""A level is what the general manager approved; what was decided, issued or noted stays; the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only

LEVELS = """
CREATE FUNCTION vip_level_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM vip_levelrequest r WHERE r.visit_id = NEW.id AND r.level_id = NEW.level_id AND r.approved
    ) THEN
        RAISE EXCEPTION 'nobody approved this level'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'level_was_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vip_level_was_approved BEFORE INSERT OR UPDATE OF level_id ON vip_visit
FOR EACH ROW WHEN (NEW.level_id IS NOT NULL) EXECUTE FUNCTION vip_level_was_approved();

CREATE FUNCTION vip_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.approved IS NOT NULL OR (NEW.visit_id, NEW.level_id, NEW.route, NEW.reason,
        NEW.asked_by_id, NEW.asked_at) IS DISTINCT FROM (OLD.visit_id, OLD.level_id, OLD.route, OLD.reason,
        OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a request is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vip_decided_once BEFORE UPDATE OR DELETE ON vip_levelrequest
FOR EACH ROW EXECUTE FUNCTION vip_decided_once();

CREATE FUNCTION vip_approved_menu_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_at IS NOT NULL AND (NEW.dishes, NEW.approved_at, NEW.approved_by_id)
        IS DISTINCT FROM (OLD.dishes, OLD.approved_at, OLD.approved_by_id) THEN
        RAISE EXCEPTION 'an approved menu changes no more' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vip_approved_menu_stays BEFORE UPDATE ON vip_menu
FOR EACH ROW EXECUTE FUNCTION vip_approved_menu_stays();
"""
NO_LEVELS = """
DROP TRIGGER vip_approved_menu_stays ON vip_menu;
DROP FUNCTION vip_approved_menu_stays();
DROP TRIGGER vip_decided_once ON vip_levelrequest;
DROP FUNCTION vip_decided_once();
DROP TRIGGER vip_level_was_approved ON vip_visit;
DROP FUNCTION vip_level_was_approved();
"""


class Migration(migrations.Migration):
    dependencies = [("vip", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        migrations.RunSQL(LEVELS, NO_LEVELS),
        *insert_only("vip_meeting", "vip_decision", "vip_notice", "vip_visitevent"),
        *hotel_wall(
            "vip_level",
            "vip_amenity",
            "vip_standingentry",
            "vip_visit",
            "vip_levelrequest",
            "vip_meeting",
            "vip_decision",
            "vip_notice",
            "vip_menu",
            "vip_purchase",
            "vip_keycard",
            "vip_visitevent",
        ),
    ]
