"""Who is announced for a room."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall


def named(to: str, *, index: bool = False) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, db_index=index)


KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("reservations", "0021_blocks_kept")]
    operations = [
        migrations.CreateModel(
            name="ExpectedGuest",
            fields=[
                ("id", KEY),
                ("position", models.SmallIntegerField()),
                ("guest", named("guests.guest", index=True)),
                ("hotel", named("property.hotel")),
                ("room_reservation", named("reservations.roomreservation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("room_reservation", "guest"), name="expected_once"),
                ],
            },
        ),
        *hotel_wall("reservations_expectedguest"),
    ]
