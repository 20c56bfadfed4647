"""Words of proofs and logs can be taken out by an erasure; that something was shown or said stays."""

from django.db import migrations

from binzhi.kernel.schema import erasable


class Migration(migrations.Migration):
    dependencies = [("promises", "0007_found_by_guest"), ("kernel", "0005_erasing")]
    operations = [*erasable(promises_proof="text", promises_logentry="text")]
