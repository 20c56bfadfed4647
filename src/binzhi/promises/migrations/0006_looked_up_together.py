"""Steps and notices name tasks and people that are there: asked once for all rows of a statement, not row by row."""

import django.db.models.deletion
from django.db import migrations, models

KNOWN = """
CREATE FUNCTION promises_refuse_unknown(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% that is not there', what USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE FUNCTION promises_escalation_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added a WHERE NOT EXISTS (SELECT 1 FROM promises_task t WHERE t.id = a.task_id)) THEN
        PERFORM promises_refuse_unknown('a step of a task');
    END IF;
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT staff_id AS id FROM added) a
               WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM people_staff s WHERE s.id = a.id)) THEN
        PERFORM promises_refuse_unknown('a step for somebody');
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION promises_notice_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added a WHERE NOT EXISTS (SELECT 1 FROM promises_task t WHERE t.id = a.task_id)) THEN
        PERFORM promises_refuse_unknown('a notice of a task');
    END IF;
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT staff_id AS id FROM added) a
               WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM people_staff s WHERE s.id = a.id)) THEN
        PERFORM promises_refuse_unknown('a notice for somebody');
    END IF;
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT department_id AS id FROM added) a
               WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM people_department d WHERE d.id = a.id)) THEN
        PERFORM promises_refuse_unknown('a notice for a department');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER escalation_known AFTER INSERT ON promises_escalation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION promises_escalation_known();
CREATE TRIGGER notice_known AFTER INSERT ON promises_notice REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION promises_notice_known();
"""
NOT_KNOWN = """
DROP TRIGGER escalation_known ON promises_escalation;
DROP TRIGGER notice_known ON promises_notice;
DROP FUNCTION promises_escalation_known();
DROP FUNCTION promises_notice_known();
DROP FUNCTION promises_refuse_unknown(text);
"""
# The other side of a key: a task, once laid, is ended and never taken away.
KEPT = """
CREATE FUNCTION promises_task_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a task is ended, not deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER promises_task_kept BEFORE DELETE ON promises_task
    FOR EACH STATEMENT EXECUTE FUNCTION promises_task_kept();
"""
NOT_KEPT = """
DROP TRIGGER promises_task_kept ON promises_task;
DROP FUNCTION promises_task_kept();
"""


def unheld(to: str, name: str = "+", **more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to, **more
    )


def for_whom(name: str, column: str) -> list[migrations.operations.base.Operation]:
    named = models.Q(seen_at=None) & models.Q((f"{column}__isnull", False))
    return [
        migrations.RemoveIndex("notice", name),
        migrations.AddIndex("notice", models.Index(fields=[column, "at"], condition=named, name=name)),
    ]


class Migration(migrations.Migration):
    dependencies = [("promises", "0005_lighter_rows")]
    operations = [
        migrations.AlterField("escalation", "task", unheld("promises.task", "escalations", db_index=False)),
        migrations.AlterField("notice", "task", unheld("promises.task", "notices")),
        migrations.AlterField("notice", "staff", unheld("people.staff", null=True, db_index=False)),
        migrations.AlterField("notice", "department", unheld("people.department", null=True, db_index=False)),
        # A notice is for somebody or for a department: it stands in one of the two indexes.
        *for_whom("notice_unseen", "staff"),
        *for_whom("notice_unseen_of_department", "department"),
        migrations.RunSQL(KNOWN, NOT_KNOWN),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
