"""E-invoices: a snapshot each, lines that add up to it, and never for more than was paid."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models
from django.db.models import CharField
from django.db.models.functions import Length

from binzhi.kernel.schema import hotel_wall, insert_only


CharField.register_lookup(Length, "length")

# What was paid of a window, less what was given back: deposits count when they are used. And what of it no invoice took.
ROOM = """
CREATE FUNCTION billing_invoice_room(window_id bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT -sum(l.amount) FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
        LEFT JOIN billing_transaction o ON o.id = t.reverses_id
        WHERE l.account_id = window_id AND coalesce(o.kind, t.kind) IN ('payment', 'refund', 'deposit_use')
    ), 0) - coalesce((
        SELECT sum(i.total) FROM billing_invoice i
        WHERE i.account_id = window_id AND i.state <> 'refused' AND (i.red_of_id IS NULL OR i.state = 'issued')
    ), 0)
$$;
"""
NO_ROOM = "DROP FUNCTION billing_invoice_room(bigint);"

# The window's row is locked first, so that two requests at once are counted one after the other.
WITHIN_PAID = """
CREATE FUNCTION billing_invoice_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.red_of_id IS NULL THEN
        PERFORM 1 FROM billing_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
        IF billing_invoice_room(NEW.account_id) < NEW.total THEN
            RAISE EXCEPTION 'an invoice for more than was paid'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_within_paid';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_invoice_within_paid BEFORE INSERT ON billing_invoice
FOR EACH ROW EXECUTE FUNCTION billing_invoice_within_paid();
"""
NO_WITHIN_PAID = """
DROP TRIGGER billing_invoice_within_paid ON billing_invoice; DROP FUNCTION billing_invoice_within_paid();
"""

STAYS = """
CREATE FUNCTION billing_invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what an invoice says is never changed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_stays';
END $$;
CREATE TRIGGER billing_invoice_stays BEFORE DELETE OR UPDATE OF id, hotel_id, folio_id, account_id, serial, kind, red_of_id,
    business_date, seller_name, seller_tax_no, seller_address_phone, seller_bank_account, issuer, buyer_name, buyer_tax_no,
    buyer_is_person, buyer_address_phone, buyer_bank_account, remark, currency, net, tax, total, total_words, requested_by,
    requested_at ON billing_invoice
FOR EACH STATEMENT EXECUTE FUNCTION billing_invoice_stays();
CREATE FUNCTION billing_invoice_keeps_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('issued', 'refused') THEN
        RAISE EXCEPTION 'an invoice that is issued or refused stays so'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_invoice_keeps_number BEFORE UPDATE ON billing_invoice
FOR EACH ROW EXECUTE FUNCTION billing_invoice_keeps_number();
"""
NO_STAYS = """
DROP TRIGGER billing_invoice_keeps_number ON billing_invoice; DROP FUNCTION billing_invoice_keeps_number();
DROP TRIGGER billing_invoice_stays ON billing_invoice; DROP FUNCTION billing_invoice_stays();
"""

LINES = """
CREATE FUNCTION billing_invoice_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
        WHERE i.id IN (SELECT invoice_id FROM added)
        GROUP BY i.id HAVING sum(l.amount) <> i.net OR sum(l.tax) <> i.tax
    ) THEN
        RAISE EXCEPTION 'the lines are not the invoice'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_lines_add_up';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_invoice_lines AFTER INSERT ON billing_invoiceline
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_invoice_lines();
"""
NO_LINES = "DROP TRIGGER billing_invoice_lines ON billing_invoiceline; DROP FUNCTION billing_invoice_lines();"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0011_counter"),
        ("property", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceSeller",
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
                ("name", models.CharField(max_length=100)),
                ("tax_no", models.CharField(max_length=20)),
                ("address_phone", models.CharField(db_default="", max_length=100)),
                ("bank_account", models.CharField(db_default="", max_length=100)),
                ("issuer", models.CharField(max_length=20)),
                ("provider_url", models.CharField(db_default="", max_length=200)),
                ("provider_key", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=32)),
                ("kind", models.CharField(help_text="81 special, 82 ordinary", max_length=2)),
                ("business_date", models.DateField()),
                ("seller_name", models.CharField(max_length=100)),
                ("seller_tax_no", models.CharField(max_length=20)),
                ("seller_address_phone", models.CharField(db_default="", max_length=100)),
                ("seller_bank_account", models.CharField(db_default="", max_length=100)),
                ("issuer", models.CharField(max_length=20)),
                ("buyer_name", models.CharField(max_length=100)),
                ("buyer_tax_no", models.CharField(db_default="", max_length=20)),
                ("buyer_is_person", models.BooleanField(db_default=False)),
                ("buyer_address_phone", models.CharField(db_default="", max_length=100)),
                ("buyer_bank_account", models.CharField(db_default="", max_length=100)),
                ("remark", models.CharField(db_default="", max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("net", models.DecimalField(decimal_places=2, max_digits=14)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("total_words", models.CharField(max_length=80)),
                ("requested_by", models.BigIntegerField(null=True)),
                ("requested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(db_default="asked", help_text="asked, sent, issued, refused", max_length=10),
                ),
                ("number", models.CharField(db_default="", max_length=20)),
                ("issued_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("error", models.CharField(db_default="", max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                    ),
                ),
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
                (
                    "red_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.invoice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account"], name="invoice_of_account"),
                    models.Index(fields=["hotel", "-id"], name="invoice_of_hotel"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "sent"])), fields=["next_at"], name="invoice_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "serial"), name="invoice_serial"),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("hotel", "number"),
                        name="invoice_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("red_of__isnull", False), models.Q(("state", "refused"), _negated=True)),
                        fields=("red_of",),
                        name="invoice_taken_back_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")),
                            )
                        ),
                        name="invoice_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("red_of", None), ("total__gt", 0)),
                            models.Q(("red_of__isnull", False), ("total__lt", 0)),
                            _connector="OR",
                        ),
                        name="invoice_red_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issued_at__isnull", False), ("number__length", 20), ("state", "issued")),
                            models.Q(("number", ""), ("state__in", ["asked", "sent", "refused"])),
                            _connector="OR",
                        ),
                        name="invoice_issued_has_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["81", "82"]),
                            models.Q(("buyer_is_person", False), ("kind", "82"), _connector="OR"),
                        ),
                        name="invoice_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.SmallIntegerField()),
                ("item", models.CharField(max_length=60)),
                ("spec", models.CharField(db_default="", max_length=40)),
                ("unit", models.CharField(db_default="", max_length=10)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=12)),
                ("price", models.DecimalField(decimal_places=8, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("rate", models.DecimalField(decimal_places=4, max_digits=5)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=14)),
                ("classification", models.CharField(max_length=19)),
                (
                    "charge_code",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.chargecode",
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
                (
                    "invoice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="billing.invoice",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("invoice", "position"), name="invoice_line")],
            },
        ),
        migrations.CreateModel(
            name="TaxCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_date", models.DateField()),
                ("classification", models.CharField(max_length=19)),
                ("item", models.CharField(max_length=60)),
                ("unit", models.CharField(db_default="", max_length=10)),
                ("rate", models.DecimalField(decimal_places=4, max_digits=5)),
                ("is_invoiced", models.BooleanField(db_default=True)),
                (
                    "charge_code",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.chargecode",
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
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "charge_code", "first_date"), name="tax_code_from_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gte", 0), ("rate__lt", 1)), name="tax_code_rate"),
                ],
            },
        ),
        migrations.RunSQL(ROOM, NO_ROOM),
        migrations.RunSQL(WITHIN_PAID, NO_WITHIN_PAID),
        migrations.RunSQL(STAYS, NO_STAYS),
        migrations.RunSQL(LINES, NO_LINES),
        *insert_only("billing_taxcode", "billing_invoiceline"),
        *hotel_wall("billing_invoiceseller", "billing_taxcode", "billing_invoice", "billing_invoiceline"),
    ]
