"""What ran before and lost its database for a while is waited for; it does not bring the others down."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.ground.test_supervisor import SLEEP, Supervised

pytestmark = [pytest.mark.crash, pytest.mark.slow]
LIVED = 6  # Seconds, more than the supervisor's limit for a child that did not get going at all.


def test_child_that_ran_before_is_started_again_until_what_it_misses_is_back(tmp_path: Path) -> None:
    away = tmp_path / "away"
    supervised = Supervised("", f"web={SLEEP}", f"worker=test -e {away} && exit 7; echo up $$; exec sleep 600")
    try:
        first = int(supervised.until("up ").split()[-1])
        time.sleep(max(0.0, LIVED - (time.time() - psutil.Process(first).create_time())))
        away.touch()
        os.kill(first, signal.SIGKILL)
        for pause in ("0.5", "1.0", "2.0", "4.0"):
            assert supervised.until("starting it again in").endswith(f"{pause} s.")
        away.unlink()
        assert psutil.pid_exists(int(supervised.until("up ").split()[-1]))
        supervised.process.send_signal(signal.SIGTERM)
        assert supervised.end() == 0
    finally:
        if supervised.process.poll() is None:
            os.killpg(supervised.process.pid, signal.SIGKILL)
            supervised.process.wait()
        assert supervised.process.stdout is not None
        supervised.process.stdout.close()
