"""A stay split over rooms of different types: whether it is, and for which type a night's price was agreed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0050_walks_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="roomreservation",
            name="types_mixed",
            field=models.BooleanField(db_default=False, help_text="was split over room types: ask night by night"),
        ),
        migrations.AddField(
            model_name="staynight",
            name="priced_type",
            field=models.ForeignKey(
                db_index=False,
                help_text="where the price was agreed for another type than the stay's",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="property.roomtype",
            ),
        ),
    ]
