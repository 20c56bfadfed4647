"""Who may have a rate: members, organisations at their own price, holders of a code."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [
        ("property", "0003_seals"),
        ("reservations", "0011_conditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="amount",
            field=models.DecimalField(decimal_places=2, help_text="instead of the plan's", max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name="agreement",
            name="percent",
            field=models.DecimalField(decimal_places=2, help_text="instead of the plan's", max_digits=6, null=True),
        ),
        migrations.AddField(
            model_name="rateplan",
            name="member_tiers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10),
                db_default=[],
                help_text="of a plan for members; empty: every member",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="rateplan",
            name="kind",
            field=models.CharField(
                choices=[
                    ("base", "Base"),
                    ("derived", "Derived"),
                    ("negotiated", "Negotiated"),
                    ("member", "For members"),
                    ("promotion", "With a promotion code"),
                ],
                default="base",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("stay_from", models.DateField(null=True)),
                ("stay_until", models.DateField(null=True)),
                ("book_from", models.DateField(null=True)),
                ("book_until", models.DateField(null=True)),
                ("most_uses", models.IntegerField(null=True)),
                ("uses", models.IntegerField(db_default=0)),
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
                (
                    "rate_plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.rateplan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PromotionTries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(max_length=60)),
                ("since", models.DateTimeField()),
                ("wrong", models.IntegerField()),
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
        ),
        migrations.CreateModel(
            name="PromotionUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.promotion"
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.reservation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.UniqueConstraint(fields=("hotel", "code"), name="promotion_code"),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("uses__gte", 0),
                    models.Q(("most_uses", None), ("uses__lte", models.F("most_uses")), _connector="OR"),
                ),
                name="promotion_not_overused",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotiontries",
            constraint=models.UniqueConstraint(fields=("hotel", "caller"), name="promotion_tries_once"),
        ),
        *hotel_wall("reservations_promotion", "reservations_promotionuse", "reservations_promotiontries"),
        *insert_only("reservations_promotionuse"),
    ]
