"""A merge and an erasure ask for the folios of one guest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_invariants")]
    operations = [
        migrations.AddIndex(
            model_name="folio",
            index=models.Index(
                condition=models.Q(("guest_id__isnull", False)), fields=["guest_id"], name="folio_of_guest"
            ),
        ),
    ]
