"""A supervisor around shell commands given as `name=command` (`name+=command`: later), for the tests to send signals to.

Ready at once, or when the file that READY names is there.
"""

from __future__ import annotations

import os
import sys
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
        return supervisor.run(ready=lambda: mark is None or Path(mark).exists(), opened=lambda: tell("opened"))
    finally:
        if cluster is not None:
            cluster.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
