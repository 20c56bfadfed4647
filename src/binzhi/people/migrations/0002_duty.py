"""Shifts, duties, absences, deputies; one person cannot be in two places; the walls between hotels."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall

# Ranges of one number make a GiST index of equality without an extension.
ONE_DUTY = """
ALTER TABLE people_duty ADD CONSTRAINT one_duty_at_a_time
EXCLUDE USING gist (int8range(staff_id, staff_id + 1) WITH &&, tstzrange(starts_at, ends_at) WITH &&);
"""
NO_ONE_DUTY = "ALTER TABLE people_duty DROP CONSTRAINT one_duty_at_a_time;"
# Posts that a hotel has already get what the catalogue gives them now: all see the roster, managers plan it.
RIGHTS = """
UPDATE people_post SET permissions = ARRAY(
    SELECT DISTINCT r FROM unnest(permissions || CASE WHEN grade >= 3 THEN
        ARRAY['people.view_roster', 'people.plan_duty'] ELSE ARRAY['people.view_roster'] END::varchar[]) AS r ORDER BY r)
"""
NO_RIGHTS = """
UPDATE people_post SET permissions =
    array_remove(array_remove(permissions, 'people.view_roster'), 'people.plan_duty')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("property", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=10)),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(db_default="", max_length=60)),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                ("is_active", models.BooleanField(db_default=True)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.department",
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "acting_post",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.post",
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
                    "staff",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.staff"
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.shift",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("leave", "Leave"),
                            ("sick", "Sick"),
                            ("away", "Away on business"),
                            ("training", "Training"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("note", models.CharField(db_default="", max_length=200)),
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
                    "staff",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.staff"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["staff", "ends_at"], name="absence_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="absence_length"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deputy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.SmallIntegerField()),
                (
                    "deputy",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.post"
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.post"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("post", "deputy"), name="deputy_once"),
                    models.UniqueConstraint(fields=("post", "position"), name="deputy_order"),
                    models.CheckConstraint(
                        condition=models.Q(("post", models.F("deputy")), _negated=True),
                        name="no_post_is_its_own_deputy",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(fields=("hotel", "code"), name="shift_code"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["hotel", "starts_at"], name="duty_by_start"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_at"), "+", models.Value(datetime.timedelta(days=1, seconds=43200))
                        ),
                    ),
                ),
                name="duty_length",
            ),
        ),
        migrations.RunSQL(ONE_DUTY, NO_ONE_DUTY),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        *hotel_wall("people_shift", "people_duty", "people_absence", "people_deputy"),
    ]
