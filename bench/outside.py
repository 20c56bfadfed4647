"""What is measured from outside, as a user starts it: the replay and the demo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bench.server import free_port

FILE = Path(__file__).parents[2] / "shared/data/hotel_bookings/hotel_bookings_dev_201507_201705.csv.gz"
EXCERPT = Path(__file__).parents[1] / "tests/replay/data"


def replay(stage: Any) -> dict[str, Any]:
    """The whole life of real bookings; the excerpt of the tests where the file is absent."""
    file = FILE if FILE.exists() else next(EXCERPT.glob("*.csv*"))
    command = [sys.executable, "-m", "binzhi.config.cli", "replay", str(file), "--json"]
    if stage.quick:
        command += ["--limit", "2000"]
    environment = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result = json.loads(done.stdout)
    return {
        "bookings per second (≥ 150)": result["bookings_per_second"],
        "accepted of rows": f"{result['accepted']} of {result['rows']}",
        "differences (0)": result["differences"],
        "seconds": result["seconds"],
    }


def warm_start(stage: Any) -> dict[str, Any]:
    """`make demo` a second time, to a sign-in page that answers; the first time makes the hotel and is not counted."""
    home = Path(os.environ["BINZHI_HOME"]) / "demo"
    seconds = [_start(home) for _ in range(4)]
    return {
        "warm start to a page, s (≤ 8)": round(max(seconds[1:]), 2),
        "first start with the demo hotel, s": round(seconds[0], 1),
    }


def _start(home: Path) -> float:
    port = free_port()
    drop = ("PGOPTIONS", "BINZHI_DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in drop}
    environment |= {"BINZHI_HOME": str(home), "BINZHI_PORT": str(port)}
    begun = time.perf_counter()
    process = subprocess.Popen(["make", "demo"], env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError("the demo ended")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - begun
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)
