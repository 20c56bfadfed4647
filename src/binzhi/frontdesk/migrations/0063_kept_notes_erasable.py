"""What was noted when a thing was moved can be taken out by an erasure; every hand it went through stays."""

from django.db import migrations

from binzhi.kernel.schema import erasable


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0052_police_also_asks"), ("kernel", "0005_erasing")]
    operations = [*erasable(frontdesk_keptmove="note")]
