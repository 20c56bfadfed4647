"""The counter: authority, approvals, rates, price lists, house accounts."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0010_routing"),
        ("people", "0001_initial"),
        ("property", "0002_invariants"),
    ]

    operations = [
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
                ],
                max_length=15,
            ),
        ),
        migrations.CreateModel(
            name="CounterSetting",
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
                ("late_charge_days", models.SmallIntegerField(db_default=30)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("late_charge_days__gte", 0)), name="late_charge_days_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="adjustment, paid_out", max_length=20)),
                ("charge_id", models.BigIntegerField(help_text="the charge that is to be lowered", null=True)),
                ("means", models.CharField(db_default="", max_length=20)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(max_length=120)),
                ("state", models.CharField(db_default="asked", help_text="asked, approved, refused", max_length=10)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("posted_id", models.BigIntegerField(null=True)),
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
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "asked")), fields=["hotel"], name="approval_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked")),
                            models.Q(("decided_at__isnull", False), ("state__in", ["approved", "refused"])),
                            _connector="OR",
                        ),
                        name="approval_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("asked_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_by_a_second_person",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="approval_of_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthorityLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="adjustment, paid_out", max_length=20)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
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
                    "post",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.post"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "post", "kind"), name="authority_of_post"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="authority_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompensationItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("name_en", models.CharField(db_default="", max_length=80)),
                ("price", models.DecimalField(decimal_places=2, max_digits=12)),
                ("is_active", models.BooleanField(db_default=True)),
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
                    models.UniqueConstraint(fields=("hotel", "name"), name="compensation_item"),
                    models.CheckConstraint(condition=models.Q(("price__gt", 0)), name="compensation_price_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrencyNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("foreign_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("rate", models.DecimalField(decimal_places=6, max_digits=14)),
                ("value", models.DecimalField(decimal_places=2, max_digits=14)),
                ("change", models.DecimalField(decimal_places=2, max_digits=14)),
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
                    "transaction",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.transaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("change__gte", 0), ("foreign_amount__gt", 0), ("value__gt", models.F("change"))
                        ),
                        name="currency_note_adds_up",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrencyRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=6, max_digits=14)),
                ("since", models.DateTimeField()),
                ("set_by", models.BigIntegerField(null=True)),
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
                "indexes": [models.Index(fields=["hotel", "currency", "-since"], name="currency_rate_latest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="currency_rate_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=60)),
                ("purpose", models.CharField(db_default="", max_length=120)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "folio",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.folio"
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
                "constraints": [models.UniqueConstraint(fields=("hotel", "number"), name="house_account_number")],
            },
        ),
        migrations.CreateModel(
            name="LateFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.BigIntegerField(null=True)),
                ("level", models.CharField(max_length=10, null=True)),
                ("from_time", models.TimeField()),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5)),
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
                    models.UniqueConstraint(
                        fields=("hotel", "plan_id", "level", "from_time"), name="late_fee_step", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)), name="late_fee_percent"
                    ),
                ],
            },
        ),
        *insert_only("billing_currencyrate", "billing_currencynote"),
        *hotel_wall(
            "billing_authoritylimit",
            "billing_approval",
            "billing_currencyrate",
            "billing_currencynote",
            "billing_compensationitem",
            "billing_latefee",
            "billing_houseaccount",
            "billing_countersetting",
        ),
    ]
