"""A guest who was to be housed elsewhere comes after all: the walk stays, and says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0031_day_use")]
    operations = [
        migrations.AddField(model_name="walk", name="undone_on", field=models.DateField(null=True)),
    ]
