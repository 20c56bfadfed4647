"""A supervisor around shell commands given as `name=command`, for the tests to send signals to."""

from __future__ import annotations

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
        [Program(name, ["sh", "-c", command]) for name, command in named], cluster=cluster, tell=tell
    )
    try:
        return supervisor.run(ready=lambda: True, opened=lambda: tell("opened"))
    finally:
        if cluster is not None:
            cluster.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
