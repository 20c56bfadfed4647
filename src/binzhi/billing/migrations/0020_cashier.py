"""Cashier shifts: one at a till, one each, and every payment in the shift of who took it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from binzhi.kernel.schema import hotel_wall, insert_only

# Money that is taken by somebody belongs to his open shift, whichever way the posting came. Closing locks the shift's
# row: a payment is either before the count, or finds the shift closed. A company's bank transfer passes no till.
SHIFT_OF = """
CREATE FUNCTION billing_shift_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.id INTO NEW.shift_id FROM billing_cashiershift s
    WHERE s.hotel_id = NEW.hotel_id AND s.user_id = NEW.user_id AND s.closed_at IS NULL FOR SHARE;
    IF NEW.shift_id IS NULL
        AND EXISTS (SELECT 1 FROM billing_cashiersetting c WHERE c.hotel_id = NEW.hotel_id AND c.must_be_open)
        AND NOT EXISTS (SELECT 1 FROM billing_paymentmeans m
                        WHERE m.id = NEW.means_id AND m.code = 'bank' AND NEW.kind = 'receipt')
    THEN
        RAISE EXCEPTION 'no shift is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_in_open_shift';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_shift_of BEFORE INSERT ON billing_transaction FOR EACH ROW
WHEN (NEW.means_id IS NOT NULL AND NEW.user_id IS NOT NULL) EXECUTE FUNCTION billing_shift_of();
"""
NO_SHIFT_OF = "DROP TRIGGER billing_shift_of ON billing_transaction; DROP FUNCTION billing_shift_of();"

# What was closed stays closed, as it was counted.
CLOSED_STAYS = """
CREATE FUNCTION billing_closed_shift_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed shift is not changed, and none is deleted'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'closed_shift_stays';
END $$;
CREATE TRIGGER billing_closed_shift_stays BEFORE UPDATE ON billing_cashiershift FOR EACH ROW
WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION billing_closed_shift_stays();
CREATE TRIGGER billing_shift_stays BEFORE DELETE ON billing_cashiershift FOR EACH ROW
EXECUTE FUNCTION billing_closed_shift_stays();
"""
NO_CLOSED_STAYS = """
DROP TRIGGER billing_shift_stays ON billing_cashiershift;
DROP TRIGGER billing_closed_shift_stays ON billing_cashiershift;
DROP FUNCTION billing_closed_shift_stays();
"""


def key() -> tuple[str, models.BigAutoField]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def points(to: str, **more) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0030_holds"), ("property", "0002_invariants")]
    operations = [
        migrations.CreateModel(
            name="Till",
            fields=[
                key(),
                ("code", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=40)),
                ("is_active", models.BooleanField(db_default=True)),
                ("hotel", points("property.hotel")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("hotel", "code"), name="till_code")]},
        ),
        migrations.CreateModel(
            name="CashierSetting",
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
                ("must_be_open", models.BooleanField(db_default=False)),
            ],
        ),
        migrations.CreateModel(
            name="CashierShift",
            fields=[
                key(),
                ("user_id", models.BigIntegerField()),
                ("business_date", models.DateField()),
                ("opening_float", models.DecimalField(decimal_places=2, max_digits=12)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.BigIntegerField(null=True)),
                ("left_in_drawer", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("note", models.CharField(db_default="", max_length=120)),
                ("hotel", points("property.hotel")),
                (
                    "taken_over_from",
                    models.OneToOneField(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.cashiershift",
                    ),
                ),
                ("till", points("billing.till")),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "-id"], name="shift_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("closed_at", None)), fields=("till",), name="one_shift_per_till"
                    ),
                    models.UniqueConstraint(
                        condition=Q(("closed_at", None)), fields=("hotel", "user_id"), name="one_shift_each"
                    ),
                    models.CheckConstraint(condition=Q(("opening_float__gte", 0)), name="float_not_negative"),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("closed_at", None), ("closed_by", None), ("left_in_drawer", None)),
                            Q(("closed_at__isnull", False), ("left_in_drawer__gte", 0)),
                            _connector="OR",
                        ),
                        name="shift_closed_with_a_count",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftCount",
            fields=[
                key(),
                ("code", models.CharField(max_length=40)),
                ("expected", models.DecimalField(decimal_places=2, max_digits=14)),
                ("counted", models.DecimalField(decimal_places=2, max_digits=14)),
                ("difference", models.DecimalField(decimal_places=2, max_digits=14)),
                ("transaction_id", models.BigIntegerField(help_text="the difference, in the books", null=True)),
                ("hotel", points("property.hotel")),
                ("shift", points("billing.cashiershift")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shift", "code"), name="counted_once"),
                    models.CheckConstraint(condition=Q(("counted__gte", 0)), name="count_not_negative"),
                    models.CheckConstraint(
                        condition=Q(("difference", F("counted") - F("expected"))), name="count_difference_adds_up"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftPiece",
            fields=[
                key(),
                ("face", models.DecimalField(decimal_places=2, max_digits=8)),
                ("pieces", models.IntegerField()),
                ("hotel", points("property.hotel")),
                ("shift", points("billing.cashiershift")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shift", "face"), name="piece_counted_once"),
                    models.CheckConstraint(condition=Q(("face__gt", 0), ("pieces__gt", 0)), name="pieces_of_something"),
                ],
            },
        ),
        migrations.AddField(
            model_name="transaction",
            name="shift_id",
            field=models.BigIntegerField(help_text="the cashier's shift; the database fills it in", null=True),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=Q(("shift_id__isnull", False)), fields=["shift_id"], name="transaction_of_shift"
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("folio", "Folio window"),
                    ("deposit", "Deposit held"),
                    ("receivable", "City ledger"),
                    ("revenue", "Revenue"),
                    ("tax", "Tax"),
                    ("means", "Means of payment"),
                    ("house", "The house's own"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("charge", "Charge"),
                    ("payment", "Payment"),
                    ("refund", "Refund"),
                    ("deposit", "Deposit taken"),
                    ("deposit_refund", "Deposit returned"),
                    ("deposit_use", "Deposit used"),
                    ("transfer", "Transfer"),
                    ("reversal", "Reversal"),
                    ("adjustment", "Allowance"),
                    ("paid_out", "Paid out"),
                    ("exchange", "Change for foreign cash"),
                    ("over_short", "Over or short"),
                    ("drop", "Drop to the safe"),
                    ("receipt", "Received from a company"),
                    ("write_off", "Written off"),
                ],
                max_length=15,
            ),
        ),
        migrations.RunSQL(SHIFT_OF, NO_SHIFT_OF),
        migrations.RunSQL(CLOSED_STAYS, NO_CLOSED_STAYS),
        *insert_only("billing_shiftcount", "billing_shiftpiece"),
        *hotel_wall(
            "billing_till", "billing_cashiersetting", "billing_cashiershift", "billing_shiftcount", "billing_shiftpiece"
        ),
    ]
