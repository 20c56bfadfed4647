"""The embedded server: made, started, stopped, and found again after every kind of death."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import psycopg
import pytest

from binzhi.config.embedded import ClusterError, database_url
from binzhi.config.embedded.cluster import Cluster
from binzhi.config.embedded.process import postmaster, works_in
from tests.ground.conftest import QUICK, until

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def ask(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0] if row else None


def servers(cluster: Cluster) -> set[int]:
    found = {process.pid for process in psutil.process_iter(["name"]) if process.info["name"] == "postgres"}
    return {pid for pid in found if works_in(pid, cluster.places.data)}


def kill(victims: set[int]) -> None:
    for victim in victims:
        # One may have ended because another one did.
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)


def tree(place: Path) -> dict[str, tuple[int, int, int]]:
    return {str(p): (p.lstat().st_mode, p.lstat().st_uid, p.lstat().st_gid) for p in [place, *place.parents]}


def test_start_of_an_empty_home_gives_a_database_owned_by_a_plain_role(cluster: Cluster) -> None:
    assert cluster.start() is True
    assert ask(cluster, "SELECT current_user::text") == "binzhi"
    assert ask(cluster, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    assert ask(cluster, "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is True
    assert ask(cluster, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'binzhi'") == "binzhi"
    assert ask(cluster, "SELECT current_setting('data_checksums')") == "on"
    assert ask(cluster, "SELECT current_setting('listen_addresses')") == ""
    assert cluster.url == database_url(cluster.places.home)


def test_start_with_ordinary_settings_keeps_every_commit(home: Path) -> None:
    cluster = Cluster(home)
    try:
        cluster.start()
        names = ["fsync", "full_page_writes", "synchronous_commit", "jit"]
        assert [ask(cluster, f"SELECT current_setting('{name}')") for name in names] == ["on", "on", "on", "off"]
    finally:
        cluster.stop()


def test_start_of_a_running_server_changes_nothing(cluster: Cluster) -> None:
    cluster.start()
    pid = postmaster(cluster.places)
    assert Cluster(cluster.places.home).start() is False
    assert postmaster(cluster.places) == pid


def test_start_from_many_threads_at_once_starts_one_server(cluster: Cluster) -> None:
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(Cluster(cluster.places.home, settings=QUICK).start()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 5 + [True]


def test_stop_ends_every_process_and_keeps_the_data(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
    assert cluster.stop() is True
    assert servers(cluster) == set()
    assert cluster.stop() is False
    assert cluster.start() is True
    assert ask(cluster, "SELECT value FROM kept") == 42


def test_stop_with_an_open_transaction_does_not_wait_for_it(cluster: Cluster) -> None:
    cluster.start()
    connection = psycopg.connect(cluster.url)
    connection.execute("SELECT 1")
    assert cluster.stop() is True
    assert servers(cluster) == set()
    connection.close()


@pytest.mark.crash
@pytest.mark.parametrize("children", [False, True], ids=["postmaster", "all"])
def test_start_after_kill_recovers_what_was_committed(cluster: Cluster, children: bool) -> None:
    cluster.start()
    connection = psycopg.connect(cluster.url, autocommit=True)
    connection.execute("CREATE TABLE kept (value int)")
    connection.execute("INSERT INTO kept VALUES (1)")
    pid = postmaster(cluster.places)
    assert pid is not None
    # The first process only, as the system's memory killer does, or the whole tree.
    kill(servers(cluster) if children else {pid})
    assert cluster.start() is True
    assert postmaster(cluster.places) not in (None, pid)
    assert ask(cluster, "SELECT value FROM kept") == 1
    connection.close()


@pytest.mark.crash
def test_start_after_kill_by_another_process_that_never_reaps_it(home: Path) -> None:
    """A zombie keeps its process id, so that the pid file seems to name a living server."""
    script = (
        "import os, signal, sys, time; from pathlib import Path; from binzhi.config.embedded.cluster import Cluster;"
        "cluster = Cluster(Path(sys.argv[1])); cluster.start();"
        "pid = int(cluster.places.pid_file.read_text().split()[0]); os.kill(pid, signal.SIGKILL);"
        "print(pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE)
    cluster = Cluster(home, settings=QUICK)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "the server is not a zombie")
        assert cluster.start() is True
        assert ask(cluster, "SELECT 1") == 1
    finally:
        parent.kill()
        parent.wait()
        cluster.stop()


@pytest.mark.crash
def test_start_when_the_pid_file_names_a_process_of_somebody_else(cluster: Cluster) -> None:
    cluster.start()
    owner = cluster.places.data.stat()
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "600"], user=owner.st_uid)
    try:
        lines = [stranger.pid, cluster.places.data, 1, 5432, cluster.places.sockets, "", "1 1", "ready"]
        text = "\n".join(str(line) for line in lines) + "\n"
        for path in (cluster.places.pid_file, cluster.places.socket_files[1]):
            path.write_text(text)
            os.chown(path, owner.st_uid, owner.st_gid)
        assert cluster.start() is True
        assert ask(cluster, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.crash
def test_start_while_an_orphaned_backend_still_works_ends_it_first(cluster: Cluster) -> None:
    cluster.start()
    busy = psycopg.connect(cluster.url)
    worker = busy.info.backend_pid
    loop = "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"

    def work() -> None:
        with pytest.raises(psycopg.OperationalError):
            busy.execute(loop)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: ask(cluster, f"SELECT state FROM pg_stat_activity WHERE pid = {worker}") == "active", "not busy")
    pid = postmaster(cluster.places)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert cluster.start() is True
    assert worker not in servers(cluster)
    thread.join()
    busy.close()


@pytest.mark.crash
def test_kill_while_the_data_are_made_leaves_nothing_half_made(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from binzhi.config.embedded.cluster import Cluster;"
        "Cluster(Path(sys.argv[1])).start()"
    )
    draft = home / "pg" / "18.new"
    maker = subprocess.Popen([sys.executable, "-c", script, str(home)], start_new_session=True)
    until(lambda: (draft / "PG_VERSION").exists(), "initdb did not begin")
    os.killpg(maker.pid, signal.SIGKILL)
    maker.wait()
    assert not (home / "pg" / "18").exists()
    cluster = Cluster(home, settings=QUICK)
    try:
        assert cluster.start() is True
        assert ask(cluster, "SELECT 1") == 1
        assert not draft.exists()
    finally:
        cluster.stop()


def test_two_homes_run_side_by_side(private: Path) -> None:
    os.chmod(private, 0o711)
    clusters = [Cluster(private / name, settings=QUICK) for name in ("one", "two")]
    try:
        for number, cluster in enumerate(clusters):
            cluster.start()
            with psycopg.connect(cluster.url) as connection:
                connection.execute(f"CREATE TABLE mine AS SELECT {number} AS value")
        assert [ask(cluster, "SELECT value FROM mine") for cluster in clusters] == [0, 1]
        clusters[0].stop()
        assert ask(clusters[1], "SELECT value FROM mine") == 1
    finally:
        for cluster in clusters:
            cluster.stop()


@AS_ROOT
@pytest.mark.parametrize("mode", [0o700, 0o711])
def test_start_as_root_runs_unprivileged_and_touches_nothing_outside(private: Path, mode: int) -> None:
    os.chmod(private, mode)
    home = private / "clone" / "var"
    home.mkdir(parents=True)
    before, mounts = tree(home), Path("/proc/self/mounts").read_text()
    cluster = Cluster(home, settings=QUICK)
    try:
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1
        pid = postmaster(cluster.places)
        assert pid is not None
        assert psutil.Process(pid).uids().effective != 0
        assert tree(home) == before
        assert Path("/proc/self/mounts").read_text() == mounts
        assert stat.S_IMODE(cluster.places.root.stat().st_mode) == 0o700
        assert cluster.start() is False
    finally:
        cluster.stop()
    assert servers(cluster) == set()


@AS_ROOT
@pytest.mark.crash
def test_start_in_a_private_directory_after_a_kill_of_everything(private: Path) -> None:
    cluster = Cluster(private / "var", settings=QUICK)
    try:
        cluster.start()
        kill(servers(cluster))
        assert cluster.start() is True
        assert ask(cluster, "SELECT 1") == 1
    finally:
        cluster.stop()


def test_start_under_a_very_long_path_uses_the_same_short_socket_each_time(private: Path) -> None:
    os.chmod(private, 0o711)
    home = private / ("long" * 30) / "var"
    cluster = Cluster(home, settings=QUICK)
    try:
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1
        sockets = cluster.places.sockets
        assert sockets.parent == Path("/tmp")
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        cluster.stop()
        assert Cluster(home, settings=QUICK).start() is True
        assert cluster.places.sockets == sockets
    finally:
        cluster.stop()
        shutil.rmtree(cluster.places.sockets)


@pytest.mark.parametrize("name", ["宾至 湖畔", "a'b%c", 'one, "two"'])
def test_start_under_an_unusual_path_answers(private: Path, name: str) -> None:
    os.chmod(private, 0o711)
    cluster = Cluster(private / name / "var", settings=QUICK)
    try:
        cluster.start()
        assert ask(cluster, "SELECT current_database()::text") == "binzhi"
    finally:
        cluster.stop()
        if cluster.places.sockets.parent == Path("/tmp"):
            shutil.rmtree(cluster.places.sockets)


@pytest.mark.crash
def test_start_of_a_server_whose_socket_was_tidied_away_brings_it_back(cluster: Cluster) -> None:
    cluster.start()
    for path in cluster.places.socket_files:
        path.unlink()
    assert cluster.start() is True
    assert ask(cluster, "SELECT 1") == 1


def test_start_refuses_a_socket_directory_that_somebody_else_made(private: Path) -> None:
    os.chmod(private, 0o711)
    cluster = Cluster(private / ("long" * 30), settings=QUICK)
    trap = cluster.places.sockets
    trap.mkdir(mode=0o777)
    trap.chmod(0o777)
    try:
        with pytest.raises(ClusterError, match="mode 0700"):
            cluster.start()
        assert not cluster.places.data.exists()
    finally:
        trap.rmdir()
