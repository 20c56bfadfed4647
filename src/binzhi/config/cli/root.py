"""The group that all sub-commands hang on."""

from __future__ import annotations

import click

from binzhi.config.cli.data import audit, manage, migrate, replay
from binzhi.config.cli.database import db
from binzhi.config.cli.guests import guests
from binzhi.config.cli.messages import messages
from binzhi.config.cli.running import demo, live, serve, worker
from binzhi.config.cli.year import year
from binzhi.config.embedded import ClusterError


class SentenceGroup(click.Group):
    """What a person can mend is one sentence and exit code 1; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ClusterError as refusal:
            raise click.ClickException(str(refusal)) from refusal


@click.group(cls=SentenceGroup)
@click.version_option(package_name="binzhi")
def main() -> None:
    """Binzhi 宾至: a hotel system.

    BINZHI_HOME (default ./var) holds the data, BINZHI_PORT (default 8000) and BINZHI_HOST (default 127.0.0.1) say
    where it listens, BINZHI_DATABASE_URL names another PostgreSQL than the one that comes with it.
    """


for command in (demo, serve, worker, live, db, migrate, manage, replay, year, messages, audit, guests):
    main.add_command(command)
