"""Guests who were housed elsewhere, and the houses that take them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from binzhi.kernel.schema import hotel_wall


def named(to: str, *, null: bool = False, index: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, null=null, db_index=index
    )


def money(**more: object) -> models.DecimalField:
    return models.DecimalField(max_digits=10, decimal_places=2, **more)


KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("reservations", "0023_waitlist")]
    operations = [
        migrations.CreateModel(
            name="PartnerHotel",
            fields=[
                ("id", KEY),
                ("name", models.CharField(max_length=80)),
                ("address", models.CharField(db_default="", max_length=200)),
                ("phone", models.CharField(db_default="", help_text="the desk's, around the clock", max_length=30)),
                ("price", money(help_text="agreed for a night", null=True)),
                ("is_active", models.BooleanField(db_default=True)),
                ("hotel", named("property.hotel", index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("hotel", "name"), name="partner_once")],
            },
        ),
        migrations.CreateModel(
            name="Walk",
            fields=[
                ("id", KEY),
                ("business_date", models.DateField()),
                ("nights", models.SmallIntegerField()),
                ("returns_on", models.DateField(null=True)),
                ("transport", models.CharField(db_default="", max_length=60)),
                ("compensation", models.CharField(db_default="", max_length=100)),
                ("room_cost", money(db_default=0)),
                ("transport_cost", money(db_default=0)),
                ("compensation_cost", money(db_default=0)),
                ("other_cost", money(db_default=0)),
                ("reason", models.CharField(max_length=200)),
                ("note", models.CharField(db_default="", max_length=300)),
                ("user_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("guest", named("guests.guest", null=True, index=True)),
                ("hotel", named("property.hotel")),
                ("partner", named("reservations.partnerhotel")),
                ("room_reservation", named("reservations.roomreservation", index=True)),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "business_date"], name="walk_by_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            nights__gte=1,
                            room_cost__gte=0,
                            transport_cost__gte=0,
                            compensation_cost__gte=0,
                            other_cost__gte=0,
                        ),
                        name="walk_makes_sense",
                    ),
                ],
            },
        ),
        *hotel_wall("reservations_partnerhotel", "reservations_walk"),
    ]
