"""The `binzhi` command."""

from __future__ import annotations

from binzhi.config.cli.root import main

__all__ = ["main"]
