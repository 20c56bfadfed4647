"""Pre-authorisations: what is held, each request about it once, and no bill closed over one."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall


# The bill's row is locked by both sides, so that a bill is not closed while something is held for it.
OPEN_FOLIO = """
CREATE FUNCTION billing_hold_on_open_folio() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_folio WHERE id = NEW.folio_id AND closed_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is held for a bill that is closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_on_open_folio';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_hold_on_open_folio BEFORE INSERT ON billing_hold
FOR EACH ROW EXECUTE FUNCTION billing_hold_on_open_folio();

CREATE FUNCTION billing_folio_hold_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM billing_hold h WHERE h.folio_id = NEW.id AND h.state IN ('asked', 'held') AND NOT EXISTS (
            SELECT 1 FROM billing_holdstep s WHERE s.hold_id = h.id
              AND (s.state = 'giving_up' OR (s.state = 'asked' AND s.kind = 'release'))
        )
    ) THEN
        RAISE EXCEPTION 'something is still held for this bill'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'folio_hold_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_folio_hold_open BEFORE UPDATE OF closed_at ON billing_folio
FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION billing_folio_hold_open();
"""
NO_OPEN_FOLIO = """
DROP TRIGGER billing_folio_hold_open ON billing_folio; DROP FUNCTION billing_folio_hold_open();
DROP TRIGGER billing_hold_on_open_folio ON billing_hold; DROP FUNCTION billing_hold_on_open_folio();
"""

STAYS = """
CREATE FUNCTION billing_hold_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.hotel_id, NEW.folio_id, NEW.currency, NEW.by_hand, NEW.asked_at)
        IS DISTINCT FROM (OLD.hotel_id, OLD.folio_id, OLD.currency, OLD.by_hand, OLD.asked_at)
       OR NEW.amount < OLD.amount
       OR (NEW.state <> OLD.state OR NEW.captured <> OLD.captured OR NEW.amount <> OLD.amount)
          AND (OLD.state, NEW.state) NOT IN (('asked', 'held'), ('asked', 'refused'), ('asked', 'released'),
              ('held', 'held'), ('held', 'captured'), ('held', 'released'), ('held', 'expired')) THEN
        RAISE EXCEPTION 'a hold that ended stays as it ended'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'hold_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_hold_goes_on BEFORE UPDATE ON billing_hold
FOR EACH ROW EXECUTE FUNCTION billing_hold_goes_on();
CREATE TRIGGER billing_hold_stays BEFORE DELETE ON billing_hold
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();

CREATE FUNCTION billing_hold_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.hotel_id, NEW.hold_id, NEW.serial, NEW.kind, NEW.amount, NEW.account_id, NEW.asked_at)
        IS DISTINCT FROM (OLD.hotel_id, OLD.hold_id, OLD.serial, OLD.kind, OLD.amount, OLD.account_id, OLD.asked_at)
       OR (NEW.state <> OLD.state OR NEW.transaction_id IS DISTINCT FROM OLD.transaction_id)
          AND OLD.state IN ('done', 'refused', 'given_up') THEN
        RAISE EXCEPTION 'a request that was answered stays as it was answered'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'hold_step_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_hold_step_stays BEFORE UPDATE ON billing_holdstep
FOR EACH ROW EXECUTE FUNCTION billing_hold_step_stays();
CREATE TRIGGER billing_hold_step_kept BEFORE DELETE ON billing_holdstep
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
"""
NO_STAYS = """
DROP TRIGGER billing_hold_step_kept ON billing_holdstep;
DROP TRIGGER billing_hold_step_stays ON billing_holdstep; DROP FUNCTION billing_hold_step_stays();
DROP TRIGGER billing_hold_stays ON billing_hold;
DROP TRIGGER billing_hold_goes_on ON billing_hold; DROP FUNCTION billing_hold_goes_on();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0012_invoices"),
        ("property", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acquirer",
            fields=[
                (
                    "hotel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="property.hotel",
                    ),
                ),
                ("merchant_no", models.CharField(max_length=30)),
                ("url", models.CharField(db_default="", max_length=200)),
                ("key", models.BinaryField(null=True)),
                (
                    "hold_days",
                    models.SmallIntegerField(db_default=30, help_text="how long one holds that was made by hand"),
                ),
                ("warn_days", models.SmallIntegerField(db_default=3, help_text="how many days ahead its end is told")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hold_days__gte", 1),
                            ("hold_days__lte", 180),
                            ("warn_days__gte", 0),
                            ("warn_days__lte", 30),
                        ),
                        name="acquirer_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        db_default="asked", help_text="asked, held, refused, captured, released, expired", max_length=10
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="what is held, or was asked for", max_digits=12),
                ),
                ("captured", models.DecimalField(db_default=0, decimal_places=2, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("card_tail", models.CharField(db_default="", max_length=4)),
                ("auth_code", models.CharField(db_default="", max_length=12)),
                ("by_hand", models.BooleanField(db_default=False)),
                ("expires_on", models.DateField(null=True)),
                ("note", models.CharField(db_default="", max_length=120)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "folio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.folio",
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["folio"], name="hold_of_folio"),
                    models.Index(fields=["hotel", "-id"], name="hold_of_hotel"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "held"])),
                        fields=["hotel", "expires_on"],
                        name="hold_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="hold_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("captured__gte", 0),
                            ("captured__lte", models.F("amount")),
                            models.Q(
                                models.Q(("captured__gt", 0), ("state", "captured")),
                                models.Q(models.Q(("state", "captured"), _negated=True), ("captured", 0)),
                                _connector="OR",
                            ),
                        ),
                        name="hold_captured_within_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("card_tail__regex", "^(\\d{4})?$")), name="hold_keeps_four_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), _negated=True), ("expires_on__isnull", False), _connector="OR"
                        ),
                        name="hold_that_holds_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "held", "refused", "captured", "released", "expired"])
                        ),
                        name="hold_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=32)),
                ("kind", models.CharField(help_text="hold, extend, capture, release", max_length=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "state",
                    models.CharField(
                        db_default="asked", help_text="asked, giving_up, done, refused, given_up", max_length=10
                    ),
                ),
                ("auth_code", models.CharField(db_default="", max_length=12)),
                ("reason", models.CharField(db_default="", max_length=120)),
                ("error", models.CharField(db_default="", max_length=120)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("transaction_id", models.BigIntegerField(help_text="the payment that a capture became", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.hold"
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hold", "id"], name="hold_step_of_hold"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "giving_up"])),
                        fields=["next_at"],
                        name="hold_step_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "serial"), name="hold_step_serial"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "giving_up"])),
                        fields=("hold",),
                        name="hold_one_step_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["hold", "capture"])),
                            models.Q(("amount__gte", 0), ("kind__in", ["extend", "release"])),
                            _connector="OR",
                        ),
                        name="hold_step_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "capture"), _negated=True), ("account__isnull", False), _connector="OR"
                        ),
                        name="hold_capture_pays_a_window",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state__in", ["asked", "giving_up"])),
                            models.Q(("answered_at__isnull", False), ("state__in", ["done", "refused", "given_up"])),
                            _connector="OR",
                        ),
                        name="hold_step_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OPEN_FOLIO, NO_OPEN_FOLIO),
        migrations.RunSQL(STAYS, NO_STAYS),
        *hotel_wall("billing_acquirer", "billing_hold", "billing_holdstep"),
    ]
