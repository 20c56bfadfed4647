"""A supervisor around shell commands given as `name=command` (`name+=command`: later), for the tests to send signals to.

Ready at once, or when the file that READY names is there. With AHEAD the programs are started ahead and held until the
file it names is there; what is written in it is then said to have gone wrong, if anything is.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from binzhi.config.embedded.cluster import Cluster
from binzhi.config.supervisor import Program, Supervisor


def main(home: str, *programs: str) -> int:
    cluster = Cluster(Path(home)) if home else None
    if cluster is not None:
        cluster.start()

    def tell(text: str) -> None:
        print(text, flush=True)

    named = (program.split("=", 1) for program in programs)
    supervisor = Supervisor(
        [Program(name.rstrip("+"), ["sh", "-c", command], later=name.endswith("+")) for name, command in named],
        cluster=cluster, tell=tell,
    )  # fmt: skip
    mark = os.environ.get("READY")
    try:
        if "AHEAD" in os.environ:
            with supervisor.ahead():
                _wait_for(Path(os.environ["AHEAD"]))
                return supervisor.run(ready=lambda: True, opened=lambda: tell("opened"))
        return supervisor.run(ready=lambda: mark is None or Path(mark).exists(), opened=lambda: tell("opened"))
    finally:
        if cluster is not None:
            cluster.stop()


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(0.02)
    if wrong := file.read_text():
        raise RuntimeError(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
