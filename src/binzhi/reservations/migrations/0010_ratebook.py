"""Rules that write prices, floors, the hotel's own calendar, and the record of what was painted."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [
        ("property", "0003_seals"),
        ("reservations", "0003_sealed_rooms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Painting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[("hand", "By hand"), ("rules", "By the rules"), ("undo", "Taken back")], max_length=10
                    ),
                ),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("cells", models.IntegerField()),
                ("under_floor", models.IntegerField(db_default=0)),
                ("reason", models.CharField(db_default="", max_length=200)),
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
                    "undoes",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.painting",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaintedCell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("night", models.DateField()),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.rateplan",
                    ),
                ),
                (
                    "room_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.roomtype",
                    ),
                ),
                (
                    "painting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.painting",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Season",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(db_default="", max_length=60)),
                ("first", models.DateField()),
                ("last", models.DateField()),
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
            name="RateRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("position", models.SmallIntegerField(db_default=0)),
                (
                    "room_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), db_default=[], size=None
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        db_default=[1, 2, 3, 4, 5, 6, 7],
                        help_text="1 is Monday",
                        size=None,
                    ),
                ),
                (
                    "night_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), db_default=[], size=None
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("set", "is"), ("percent", "per cent more or less"), ("amount", "more or less")],
                        max_length=10,
                    ),
                ),
                ("value", models.DecimalField(decimal_places=2, max_digits=10)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.rateplan"
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.season",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BasePrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("floor", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
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
                (
                    "room_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.roomtype",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rate_plan", "room_type"), name="base_price_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("price", None), ("price__gte", 0), _connector="OR"),
                            models.Q(("floor", None), ("floor__gte", 0), _connector="OR"),
                        ),
                        name="base_price_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("workday", "Working day"),
                            ("makeup", "Make-up workday"),
                            ("weekend", "Weekend"),
                            ("holiday", "Public holiday"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(db_default="", max_length=40)),
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
                "constraints": [models.UniqueConstraint(fields=("hotel", "day"), name="calendar_day_once")],
            },
        ),
        migrations.AddIndex(
            model_name="painting",
            index=models.Index(fields=["hotel", "-id"], name="painting_of_hotel"),
        ),
        migrations.AddConstraint(
            model_name="painting",
            constraint=models.UniqueConstraint(fields=("undoes",), name="painting_undone_once"),
        ),
        migrations.AddIndex(
            model_name="paintedcell",
            index=models.Index(fields=["hotel", "night", "room_type", "rate_plan"], name="painted_cell_of_night"),
        ),
        migrations.AddConstraint(
            model_name="paintedcell",
            constraint=models.UniqueConstraint(
                fields=("painting", "night", "room_type", "rate_plan"), name="cell_painted_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="season",
            constraint=models.UniqueConstraint(fields=("hotel", "code"), name="season_code"),
        ),
        migrations.AddConstraint(
            model_name="season",
            constraint=models.CheckConstraint(
                condition=models.Q(("last__gte", models.F("first"))), name="season_last_not_before_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="raterule",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("action", "set"), _negated=True), ("value__gte", 0), _connector="OR"),
                name="rule_price_not_negative",
            ),
        ),
        *hotel_wall(
            "reservations_calendarday",
            "reservations_season",
            "reservations_baseprice",
            "reservations_raterule",
            "reservations_painting",
            "reservations_paintedcell",
        ),
        *insert_only("reservations_painting", "reservations_paintedcell"),
    ]
