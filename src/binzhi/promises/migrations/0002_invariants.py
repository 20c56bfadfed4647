"""What is written once, and the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [("promises", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        # Photos may have to go when a guest asks for it.
        *insert_only("promises_protocolversion", "promises_proof", "promises_escalation", "promises_logentry"),
        *hotel_wall(
            "promises_protocol",
            "promises_protocolversion",
            "promises_run",
            "promises_anchor",
            "promises_task",
            "promises_proof",
            "promises_photo",
            "promises_escalation",
            "promises_notice",
            "promises_logentry",
        ),
    ]
