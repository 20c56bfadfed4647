"""`binzhi manage rotate_keys`: seal personal values under the newest data key. Can be stopped and run again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from binzhi.guests import rotation
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.crypto import KeyMissing


class Command(BaseCommand):
    help = "Seal phones and documents under the newest data key. Add it to secrets.json first; drop the old one after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="values per transaction")
        parser.add_argument("--check", action="store_true", help="only say what is left")

    def handle(self, *args: Any, **options: Any) -> None:
        db.enter_scope("*", "*")
        if not options["check"]:
            try:
                rotation.rotate_all(
                    actor=Actor.system("rotate_keys"), now=clock.now, batch=max(1, options["batch"]),
                    told=lambda total: self.stdout.write(f"{total} values sealed anew"),
                )  # fmt: skip
            except KeyMissing as missing:
                raise CommandError(
                    "A value does not open: its key is not in secrets.json, or it was changed. Nothing of this batch"
                    " was written. Put the key back and run the command again."
                ) from missing
        db.enter_scope("*", "*")
        left = rotation.values_under_old_keys()
        for column, count in left.items():
            self.stdout.write(f"{column}: {count} under older keys")
        if not any(left.values()):
            self.stdout.write("All values are under the newest key; older keys may be taken away.")
