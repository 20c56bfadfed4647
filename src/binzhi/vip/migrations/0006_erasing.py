"""What was said of a guest in minutes, notices, events and requests can be taken out by an erasure."""

from django.db import migrations

from binzhi.kernel.schema import erasable

# A decided request loses its words, never who decided what.
DECIDED_ONCE = """
CREATE OR REPLACE FUNCTION vip_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND binzhi_erases()
        AND to_jsonb(OLD) - '{{reason,note}}'::text[] = to_jsonb(NEW) - '{{reason,note}}'::text[] THEN
        RETURN NEW;
    END IF;
    {rest}
"""
AS_BEFORE = """CREATE OR REPLACE FUNCTION vip_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {rest}
"""
REST = """IF TG_OP = 'DELETE' OR OLD.approved IS NOT NULL OR (NEW.visit_id, NEW.level_id, NEW.route, NEW.reason,
        NEW.asked_by_id, NEW.asked_at) IS DISTINCT FROM (OLD.visit_id, OLD.level_id, OLD.route, OLD.reason,
        OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a request is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("vip", "0005_feedback"), ("kernel", "0005_erasing")]
    operations = [
        *erasable(vip_meeting="minutes,attendees", vip_decision="text", vip_notice="content", vip_visitevent="text"),
        migrations.RunSQL(DECIDED_ONCE.format(rest=REST), AS_BEFORE.format(rest=REST)),
    ]
