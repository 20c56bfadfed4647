"""Commands on guest files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from binzhi.config.cli import environment


@click.group()
def guests() -> None:
    """Guest files."""


@guests.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hotel", "code", required=True, help="The code of the hotel whose group gets the files.")
@click.option("--check", is_flag=True, help="Only try: say what would be made and which cells cannot be taken.")
def import_guests(file: Path, code: str, check: bool) -> None:
    """Take guest files over from FILE (CSV, XLSX, XLS). Its columns are guessed, or known from an earlier file."""
    with environment.database():
        environment.setup_django()
        from binzhi.guests.importing import services
        from binzhi.guests.importing.columns import FIELDS
        from binzhi.guests.importing.queries import ImportCard, faults, import_by_id
        from binzhi.guests.importing.running import advance
        from binzhi.kernel import clock, db
        from binzhi.kernel.actor import Actor
        from binzhi.kernel.errors import DomainError
        from binzhi.property.queries import hotel_by_code

        def tell(card: ImportCard) -> None:
            click.echo(
                f"row {card.next_row} of {card.rows}: {card.made} new, {card.known} known, {card.refused} left out"
            )

        db.enter_scope("*", "*")
        actor = Actor.system("import by command")
        try:
            hotel = hotel_by_code(code)
            here: dict[str, Any] = {"hotel_id": hotel.pk, "actor": actor}
            import_id = services.send_import(name=file.name, data=file.read_bytes(), now=clock.now(), **here)
            advance(import_id=import_id, now=clock.now, **here)
            card = import_by_id(group_id=hotel.group_id, import_id=import_id)
            if card.problem:
                raise click.ClickException(f"The file cannot be read ({card.problem}).")
            for heading, field in zip(card.header, card.mapping, strict=True):
                click.echo(f"{heading}: {FIELDS[field] if field else '-'}")
            services.map_import(import_id=import_id, mapping=card.mapping, now=clock.now(), **here)
            advance(import_id=import_id, now=clock.now, **here)
            for fault in faults(card=import_by_id(group_id=hotel.group_id, import_id=import_id), limit=20):
                click.echo(f"row {fault.line}, {fault.column}: {fault.reason}")
            if not check:
                services.start_import(import_id=import_id, now=clock.now(), **here)
                advance(import_id=import_id, now=clock.now, told=tell, **here)
            tell(import_by_id(group_id=hotel.group_id, import_id=import_id))
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal
