"""What is known beyond the columns of the file, relations, contacts, warnings; the walls between groups."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import group_wall, hotel_wall


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0003_own_levels"),
        ("property", "0003_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=60)),
                ("decides", models.BooleanField(db_default=False)),
                ("noted_by", models.BigIntegerField(null=True)),
                ("noted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("decides", models.BooleanField(db_default=False, help_text="the other decides for the guest")),
                ("note", models.CharField(db_default="", max_length=200)),
                ("noted_by", models.BigIntegerField(null=True)),
                ("noted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "other",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrganisationValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=14)),
                ("value", models.CharField(db_default="", max_length=1000)),
                ("noted_by", models.BigIntegerField(null=True)),
                ("noted_at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "key", "-id"], name="organisation_value_newest")],
            },
        ),
        migrations.CreateModel(
            name="ProfileSwitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=14)),
                ("is_on", models.BooleanField()),
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
                "constraints": [models.UniqueConstraint(fields=("hotel", "key"), name="profile_switch_once")],
            },
        ),
        migrations.CreateModel(
            name="ProfileValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=14)),
                ("value", models.CharField(db_default="", max_length=1000)),
                ("sealed", models.BinaryField(null=True)),
                ("noted_by", models.BigIntegerField(null=True)),
                ("noted_at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["guest", "key", "-id"], name="profile_value_newest")],
            },
        ),
        migrations.CreateModel(
            name="Warning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_blacklist", models.BooleanField(db_default=False)),
                ("severity", models.SmallIntegerField(help_text="1 to know, 2 to heed, 3 danger")),
                ("text", models.CharField(max_length=200)),
                ("ends_on", models.DateField(null=True)),
                ("status", models.CharField(max_length=10)),
                ("raised_by", models.BigIntegerField(null=True)),
                ("raised_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["guest"], name="warning_of_guest"),
                    models.Index(condition=models.Q(("status", "proposed")), fields=["group"], name="warning_waiting"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("severity__range", (1, 3))), name="warning_severity"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "active", "refused", "ended"])),
                        name="warning_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_blacklist", False),
                            ("status__in", ["proposed", "ended"]),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("raised_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="blacklist_by_two",
                    ),
                ],
            },
        ),
        *group_wall(
            "guests_profilevalue",
            "guests_organisationvalue",
            "guests_contact",
            "guests_relation",
            "guests_warning",
        ),
        *hotel_wall("guests_profileswitch"),
    ]
