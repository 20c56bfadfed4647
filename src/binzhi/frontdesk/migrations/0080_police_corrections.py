"""Corrections of reports that the police have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0063_kept_notes_erasable")]
    operations = [
        migrations.AlterField(
            model_name="policereport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("in", "Arrival"),
                    ("move", "Room change"),
                    ("out", "Departure"),
                    ("void", "Arrival taken back"),
                    ("fix", "Correction"),
                ],
                max_length=5,
            ),
        )
    ]
