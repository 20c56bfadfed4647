"""pgbench: the yardstick Y, and the product's own SQL run bare."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.meter import Meter, Spent
from binzhi.config.embedded.places import installation


@dataclass(frozen=True, slots=True)
class Rate:
    """What a run reached: operations a second, mean milliseconds, what it spent, and failures."""

    per_second: float
    latency_ms: float
    count: int
    failed: int
    spent: Spent

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds per operation, servers and client together."""
        return 1000 * self.spent.cpu / max(1, self.count)

    def figures(self) -> dict[str, float]:
        return {
            "per_second": round(self.per_second, 1),
            "latency_ms": round(self.latency_ms, 3),
            "cpu_ms": round(self.cpu_ms, 3),
            "foreign": round(self.spent.foreign, 3),
            "failed": self.failed,
        }


class Bare:
    """pgbench against one database; `postmaster` is the server's process for the processor meter."""

    def __init__(self, url: str, *, postmaster: int) -> None:
        self.url = url
        self.postmaster = postmaster
        self.program = installation() / "bin" / "pgbench"

    def yardstick(self, *, seconds: int = 10, clients: int = 8) -> Rate:
        """TPC-B at scale 50, simple protocol: Y."""
        return self._run(["-c", str(clients), "-j", "2", "-T", str(seconds), "-M", "simple"])

    def prepare_yardstick(self) -> None:
        subprocess.run([self.program, "-i", "-q", "-s", "50", self.url], check=True, capture_output=True)

    def script(self, sql: str, *, clients: int, seconds: int = 5, threads: int = 2) -> Rate:
        """Run a script of pgbench (`\\set` and :variables) with prepared statements."""
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "script.sql"
            path.write_text(sql)
            return self._run(
                ["-n", "-f", str(path), "-c", str(clients), "-j", str(threads), "-T", str(seconds), "-M", "prepared"]
            )

    def _run(self, arguments: list[str]) -> Rate:
        # pgbench's own time is collected with our children once it has ended.
        meter = Meter([self.postmaster, os.getpid()])
        meter.start()
        process = subprocess.run([self.program, *arguments, self.url], capture_output=True, text=True, check=False)
        spent = meter.stop()
        out = process.stdout
        if process.returncode != 0:
            raise RuntimeError(f"pgbench failed: {process.stderr[-2000:]}")
        count = int(_number(r"transactions actually processed: (\d+)", out))
        failed = int(_number(r"number of failed transactions: (\d+)", out))
        return Rate(
            per_second=_number(r"tps = ([\d.]+)", out),
            latency_ms=_number(r"latency average = ([\d.]+)", out),
            count=count,
            failed=failed,
            spent=spent,
        )


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found.group(1)) if found else 0.0
