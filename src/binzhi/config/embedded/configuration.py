"""The server's settings: safe for the data, modest in memory, quiet about people."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from binzhi.config.embedded.errors import free_megabytes

FILE = "binzhi.conf"
INCLUDE = f"\n# Written by Binzhi at every start. Settings of your own go below this line and win.\ninclude '{FILE}'\n"
_MEGABYTE = 2**20


def configuration(extra: Mapping[str, str]) -> str:
    """The text of binzhi.conf for this machine."""
    memory = _memory_megabytes()
    settings = {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": f"{max(32, min(512, memory // 8))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(16, min(128, memory // 32))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
        # A failing statement and its detail may hold a guest's data; neither belongs in a log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if _shared_memory_megabytes() < 128:
        # Containers often give 64 MB here, less than one parallel query may ask for.
        settings["dynamic_shared_memory_type"] = "mmap"
    return "".join(f"{name} = '{value}'\n" for name, value in (settings | dict(extra)).items())


def _memory_megabytes() -> int:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return pages
    return min(pages, int(limit) // _MEGABYTE) if limit.isdigit() else pages


def _shared_memory_megabytes() -> int:
    place = Path("/dev/shm")
    return free_megabytes(place) if place.is_dir() and os.access(place, os.W_OK) else 0
