"""`make bench`: every line of speed, printed as ratios and kept as JSON.

python -m bench [--only NAME ...] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "200",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        help="availability booking hot audit pack promises guests imports replay warm instruments assignment",
    )
    parser.add_argument("--quick", action="store_true", help="short runs: to see that it works, not how fast")
    parser.add_argument("--out", default="bench/results/latest.json")
    options = parser.parse_args()

    # Ended by a signal, the server is stopped as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    home = Path(tempfile.mkdtemp(prefix="binzhi-bench-"))
    # Of this directory alone: an unprivileged server may pass through it when this runs as root.
    os.chmod(home, 0o711)  # noqa: S103
    from binzhi.config.embedded.cluster import Cluster

    cluster = Cluster(home, settings=SETTINGS)
    cluster.start()
    os.environ |= {
        "BINZHI_HOME": str(home),
        "BINZHI_DATABASE_URL": cluster.url,
        "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
        # The scope that row-level security asks of bare SQL, too.
        "PGOPTIONS": "-c binzhi.hotels=* -c binzhi.groups=*",
    }
    try:
        figures = _run(cluster, options)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1, ensure_ascii=False, default=str) + "\n")
    print(f"\nkept in {out}")


def _run(cluster: Any, options: argparse.Namespace) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from bench.scenarios import SCENARIOS, Stage

    stage = Stage(cluster, quick=options.quick)
    figures: dict[str, Any] = {
        "at": datetime.now(UTC),
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "python": sys.version.split()[0]},
    }
    stage.bare.prepare_yardstick()
    before = stage.bare.yardstick(seconds=stage.seconds(15))
    print(f"Y before: {before.per_second:,.0f}/s, {before.cpu_ms:.3f} ms processor")
    stage.y, stage.y_cpu = before.per_second, before.cpu_ms
    for name, scenario in SCENARIOS.items():
        if options.only and name not in options.only:
            continue
        print(f"\n== {name}", flush=True)
        figures[name] = scenario(stage)
        for key, value in figures[name].items():
            print(f"  {key:42} {value}", flush=True)
    after = stage.bare.yardstick(seconds=stage.seconds(15))
    drift = abs(after.per_second - before.per_second) / before.per_second
    print(
        f"\nY after: {after.per_second:,.0f}/s ({drift:.0%} apart)" + (" THROW THIS RUN AWAY" if drift > 0.15 else "")
    )
    figures["Y"] = {"before": before.figures(), "after": after.figures(), "apart": round(drift, 3)}
    return figures


if __name__ == "__main__":
    main()
