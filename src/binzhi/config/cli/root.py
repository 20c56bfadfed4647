"""The group that all sub-commands hang on."""

from __future__ import annotations

import click

from binzhi.config.cli.messages import messages


@click.group()
@click.version_option(package_name="binzhi")
def main() -> None:
    """Binzhi 宾至: a hotel system."""


main.add_command(messages)
