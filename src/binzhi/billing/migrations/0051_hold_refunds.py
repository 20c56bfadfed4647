"""What was taken from a pre-authorisation goes back through the bank, as a request of its own."""

from django.db import migrations, models
from django.db.models import Q

# The hold's row is locked first, so that two at once are counted one after the other.
WITHIN = """
CREATE FUNCTION billing_hold_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken numeric;
BEGIN
    SELECT h.captured INTO taken FROM billing_hold h
    WHERE h.id = NEW.hold_id AND h.state = 'captured' FOR NO KEY UPDATE;
    IF taken IS NULL OR NEW.amount + coalesce((
        SELECT sum(s.amount) FROM billing_holdstep s
        WHERE s.hold_id = NEW.hold_id AND s.kind = 'refund' AND s.state NOT IN ('refused', 'given_up')), 0) > taken
    THEN
        RAISE EXCEPTION 'more is given back than was taken'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_refund_within_taken';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_hold_refund_within BEFORE INSERT ON billing_holdstep
FOR EACH ROW WHEN (NEW.kind = 'refund') EXECUTE FUNCTION billing_hold_refund_within();
"""
NO_WITHIN = """
DROP TRIGGER billing_hold_refund_within ON billing_holdstep; DROP FUNCTION billing_hold_refund_within();
"""

# The bank's yes must find the bill open: it is not closed while one is asked for.
_FOLIO = """
CREATE OR REPLACE FUNCTION billing_folio_hold_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM billing_hold h WHERE h.folio_id = NEW.id AND h.state IN ('asked', 'held') AND NOT EXISTS (
            SELECT 1 FROM billing_holdstep s WHERE s.hold_id = h.id
              AND (s.state = 'giving_up' OR (s.state = 'asked' AND s.kind = 'release'))
        )
    ) {refunds}THEN
        RAISE EXCEPTION 'something is still held for this bill'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'folio_hold_open';
    END IF;
    RETURN NEW;
END $$;
"""
FOLIO = _FOLIO.replace(
    "{refunds}",
    """OR EXISTS (
        SELECT 1 FROM billing_hold h JOIN billing_holdstep s ON s.hold_id = h.id
        WHERE h.folio_id = NEW.id AND s.kind = 'refund' AND s.state = 'asked'
    ) """,
)
NO_FOLIO = _FOLIO.replace("{refunds}", "")

# What the bank is asked to give back is as good as gone: no invoice is written for it.
_ROOM = """
CREATE OR REPLACE FUNCTION billing_invoice_room(window_id bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT -sum(l.amount) FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
        LEFT JOIN billing_transaction o ON o.id = t.reverses_id
        WHERE l.account_id = window_id AND coalesce(o.kind, t.kind) IN ('payment', 'refund', 'deposit_use')
    ), 0) - coalesce((
        SELECT sum(i.total) FROM billing_invoice i
        WHERE i.account_id = window_id AND i.state <> 'refused' AND (i.red_of_id IS NULL OR i.state = 'issued')
    ), 0){refunds}
$$;
"""
ROOM = _ROOM.replace(
    "{refunds}",
    """ - coalesce((
        SELECT sum(s.amount) FROM billing_holdstep s
        WHERE s.account_id = window_id AND s.kind = 'refund' AND s.state = 'asked'
    ), 0)""",
)
NO_ROOM = _ROOM.replace("{refunds}", "")


class Migration(migrations.Migration):
    dependencies = [("billing", "0050_company_windows")]
    operations = [
        migrations.AlterField(
            model_name="holdstep",
            name="kind",
            field=models.CharField(help_text="hold, extend, capture, release, refund", max_length=10),
        ),
        migrations.AlterField(
            model_name="holdstep",
            name="transaction_id",
            field=models.BigIntegerField(help_text="what a capture or refund became on the bill", null=True),
        ),
        migrations.RemoveConstraint(model_name="holdstep", name="hold_step_amount"),
        migrations.RemoveConstraint(model_name="holdstep", name="hold_capture_pays_a_window"),
        migrations.AddConstraint(
            model_name="holdstep",
            constraint=models.CheckConstraint(
                condition=Q(amount__gt=0, kind__in=["hold", "capture", "refund"])
                | Q(amount__gte=0, kind__in=["extend", "release"]),
                name="hold_step_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdstep",
            constraint=models.CheckConstraint(
                condition=~Q(kind__in=["capture", "refund"]) | Q(account__isnull=False),
                name="hold_capture_pays_a_window",
            ),
        ),
        migrations.AddIndex(
            model_name="holdstep",
            index=models.Index(
                condition=Q(kind="refund", state="asked"), fields=["account"], name="hold_refund_waiting"
            ),
        ),
        migrations.RunSQL(WITHIN, NO_WITHIN),
        migrations.RunSQL(FOLIO, NO_FOLIO),
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
