"""The guest's page, a merge and an erasure ask for the runs of one guest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promises", "0006_looked_up_together")]
    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("guest__isnull", False)), fields=["guest"], name="run_of_guest"),
        ),
    ]
