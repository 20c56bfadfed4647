"""Carries an import on in a process of its own, telling of each batch: `import_runner.py HOTEL_ID IMPORT_ID`."""

from __future__ import annotations

import sys


def main() -> None:
    import django

    django.setup()
    from binzhi.guests.importing import running
    from binzhi.guests.importing.queries import ImportCard
    from binzhi.kernel import db
    from tests.factories import NOW, SYSTEM

    running.BATCH, running.WORTH_PROCESSES = 50, 0

    def told(card: ImportCard) -> None:
        print(card.next_row, flush=True)

    db.enter_scope("*", "*")
    hotel_id, import_id = (int(each) for each in sys.argv[1:])
    running.advance(hotel_id=hotel_id, import_id=import_id, actor=SYSTEM, now=lambda: NOW, told=told)


# Processes that prepare rows import this file again.
if __name__ == "__main__":
    main()
