"""`binzhi messages`: compile, check and complete the translations."""

from __future__ import annotations

import click

from binzhi.config import messages as catalogues


@click.group()
def messages() -> None:
    """Translations: every text of every context in zh_Hans."""


@messages.command("compile")
def compile_() -> None:
    """Write the .mo files that are older than their .po."""
    try:
        written = catalogues.compile_all()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(written)} catalogue(s) compiled.")


@messages.command()
def check() -> None:
    """Name every text that is missing, empty, fuzzy, obsolete or differs in its placeholders."""
    problems = catalogues.check()
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException(
            f"{len(problems)} problem(s) in the translations; `binzhi messages update` adds entries."
        )
    click.echo("Every text is translated.")


@messages.command()
@click.argument("context", default="")
@click.option("--prune", is_flag=True, help="Also drop entries that no source uses any more.")
def update(context: str, prune: bool) -> None:
    """Append missing entries, to be filled in by hand; existing ones keep their place and their text."""
    try:
        changed = catalogues.update(only=context, prune=prune)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for name, (added, dropped) in changed.items():
        click.echo(f"{name}: {added} added, {dropped} dropped")
    if not changed:
        click.echo("Nothing to add.")
