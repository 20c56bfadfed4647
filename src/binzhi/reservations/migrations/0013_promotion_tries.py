"""The code tried last: the same once more is no new guess."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0024_walks"),
    ]

    operations = [
        migrations.AddField(
            model_name="promotiontries",
            name="last",
            field=models.CharField(db_default="", help_text="the same once more is no new guess", max_length=20),
        ),
    ]
