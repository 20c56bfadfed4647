"""Homes and servers that tests of the ground may break."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from binzhi.config.embedded.cluster import Cluster

QUICK = {"fsync": "off", "shared_buffers": "32MB", "max_connections": "20"}


def until(condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@pytest.fixture
def private() -> Iterator[Path]:
    """A directory as `mktemp -d` makes it: nobody else may enter it."""
    place = Path(tempfile.mkdtemp(prefix="binzhi-ground-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def home(private: Path) -> Path:
    os.chmod(private, 0o711)
    return private / "var"


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home, settings=QUICK)
    yield cluster
    cluster.stop()
