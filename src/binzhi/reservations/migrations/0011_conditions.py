"""Conditions by deadline, deposits asked for, and what a room was booked under once its rate has other conditions."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [
        ("property", "0003_seals"),
        ("reservations", "0010_ratebook"),
    ]

    operations = [
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_after",
            field=models.SmallIntegerField(help_text="due so many days after the booking", null=True),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_amount",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=10),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_before",
            field=models.SmallIntegerField(help_text="due so many days before arrival, if sooner", null=True),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_kind",
            field=models.CharField(
                choices=[
                    ("none", "No fee"),
                    ("first_night", "First night"),
                    ("nights", "So many nights"),
                    ("fixed", "A fixed amount"),
                    ("percent", "Per cent of the stay"),
                    ("all", "The whole stay"),
                ],
                db_default="none",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_nights",
            field=models.SmallIntegerField(db_default=1),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="deposit_percent",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=5),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="fee_amount",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=10),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="fee_nights",
            field=models.SmallIntegerField(db_default=1),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="no_show_amount",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=10),
        ),
        migrations.AddField(
            model_name="cancellationpolicy",
            name="no_show_nights",
            field=models.SmallIntegerField(db_default=1),
        ),
        migrations.AddField(
            model_name="roomreservation",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                help_text="the conditions it was booked under, once its rate has others",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.cancellationpolicy",
            ),
        ),
        migrations.AlterField(
            model_name="cancellationpolicy",
            name="fee_kind",
            field=models.CharField(
                choices=[
                    ("none", "No fee"),
                    ("first_night", "First night"),
                    ("nights", "So many nights"),
                    ("fixed", "A fixed amount"),
                    ("percent", "Per cent of the stay"),
                    ("all", "The whole stay"),
                ],
                default="none",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="cancellationpolicy",
            name="no_show_kind",
            field=models.CharField(
                choices=[
                    ("none", "No fee"),
                    ("first_night", "First night"),
                    ("nights", "So many nights"),
                    ("fixed", "A fixed amount"),
                    ("percent", "Per cent of the stay"),
                    ("all", "The whole stay"),
                ],
                default="none",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="CancellationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days_before", models.SmallIntegerField()),
                ("until", models.TimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("none", "No fee"),
                            ("first_night", "First night"),
                            ("nights", "So many nights"),
                            ("fixed", "A fixed amount"),
                            ("percent", "Per cent of the stay"),
                            ("all", "The whole stay"),
                        ],
                        max_length=12,
                    ),
                ),
                ("percent", models.DecimalField(db_default=0, decimal_places=2, max_digits=5)),
                ("nights", models.SmallIntegerField(db_default=1)),
                ("amount", models.DecimalField(db_default=0, decimal_places=2, max_digits=10)),
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
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="reservations.cancellationpolicy",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "days_before", "until"), name="cancellation_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("days_before__gte", 0),
                            ("nights__gte", 1),
                            ("percent__gte", 0),
                            ("percent__lte", 100),
                        ),
                        name="cancellation_step_possible",
                    ),
                ],
            },
        ),
        *hotel_wall("reservations_cancellationstep"),
        *insert_only("reservations_cancellationstep"),
    ]
