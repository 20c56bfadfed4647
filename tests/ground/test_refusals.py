"""What a person can mend is one sentence that says what to do, exit code 1, and no traceback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from binzhi.config.embedded.cluster import Cluster
from tests.ground.conftest import QUICK

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
NOBODY = 65534
BINZHI = [sys.executable, "-m", "binzhi.config.cli"]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BINZHI_")}
    return kept | {"BINZHI_HOME": str(home), **more}


def run(
    *arguments: str, home: Path, before: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`binzhi …`, after the shell commands `before` in a private view of the file system."""
    command = [*BINZHI, *arguments]
    if before:
        command = ["unshare", "--mount", "sh", "-ec", f'{before}; exec "$0" "$@"', *command]
    return subprocess.run(command, env=environment(home, **(env or {})), capture_output=True, text=True, timeout=120)


def run_as_nobody(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """The same as an ordinary user, with an interpreter that user may run."""
    paths = os.pathsep.join(path for path in sys.path if path)
    env = environment(home, PYTHONPATH=paths, PYTHONDONTWRITEBYTECODE="1")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        command = [python, "-m", "binzhi.config.cli"]
        try:
            probe = subprocess.run([*command, "--help"], env=env, capture_output=True, user=NOBODY, cwd="/")
        except OSError:
            continue
        if probe.returncode == 0:
            return subprocess.run(
                [*command, *arguments], env=env, capture_output=True, text=True, user=NOBODY, cwd="/", timeout=120
            )
    pytest.skip("no ordinary user can reach the interpreter and this checkout")


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done
    said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1, done.stderr
    return said[0].removeprefix("Error: ")


@pytest.mark.parametrize("place", ["18", "19"])
def test_start_with_data_of_another_version_is_refused_and_leaves_them_alone(home: Path, place: str) -> None:
    data = home / "pg" / place
    data.mkdir(parents=True, mode=0o700)
    (data / "PG_VERSION").write_text("19\n")
    said = refusal(run("db", "start", home=home))
    assert said == (
        f"The data in {data} was made by PostgreSQL 19, but this version of Binzhi brings PostgreSQL 18. "
        "Start it with the version of Binzhi that made it, or dump it there and load it into an empty BINZHI_HOME."
    )
    assert [path.name for path in (home / "pg").rglob("*") if path.is_file()] == ["PG_VERSION"]


def test_start_with_a_directory_that_holds_no_data_is_refused(home: Path) -> None:
    (home / "pg" / "18").mkdir(parents=True)
    (home / "pg" / "18" / "precious").touch()
    assert "holds no PostgreSQL data" in refusal(run("db", "start", home=home))
    assert (home / "pg" / "18" / "precious").exists()


@AS_ROOT
def test_start_on_a_full_disk_is_refused(home: Path) -> None:
    home.mkdir()
    small = f"mount -t tmpfs -o size=20m,mode=755 none {home}"
    assert refusal(run("db", "start", home=home, before=small)) == (
        f"The disk that holds {home} is full (20 MB free). "
        "Make room on it, or set BINZHI_HOME to a directory on another disk."
    )
    # So full that not even a directory fits.
    fill = f"{small}; head -c 30M /dev/zero > {home}/filler 2>/dev/null || true"
    assert refusal(run("db", "start", home=home, before=fill)).startswith(f"The disk that holds {home} is full (0 MB")


@AS_ROOT
def test_start_of_existing_data_on_a_full_disk_is_refused_and_works_again_with_room(home: Path) -> None:
    cluster = Cluster(home, settings=QUICK)
    cluster.start()
    cluster.stop()
    full = (
        f"cp -a {home} {home}.copy; mount -t tmpfs -o size=80m,mode=755 none {home};"
        f"cp -a {home}.copy/. {home}; rm -r {home}.copy; head -c 90M /dev/zero > {home}/filler 2>/dev/null || true"
    )
    said = refusal(run("db", "start", home=home, before=full))
    assert said.startswith(f"The disk that holds {home} is full (0 MB free).")
    assert Cluster(home, settings=QUICK).start() is True
    cluster.stop()


@AS_ROOT
def test_start_in_somebody_elses_home_is_refused(home: Path) -> None:
    cluster = Cluster(home, settings=QUICK)
    cluster.start()
    cluster.stop()
    shutil.chown(home, 0)
    said = refusal(run_as_nobody("db", "start", home=home))
    assert said.startswith(f"User {NOBODY} may not read and write ")
    assert "set BINZHI_HOME to a directory of your own" in said


@AS_ROOT
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_start_as_root_without_the_right_to_mount_is_refused_only_where_it_is_needed(private: Path) -> None:
    home = private / "var"
    command = ["setpriv", "--bounding-set", "-sys_admin", *BINZHI, "db", "start"]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True)
    said = refusal(done)
    assert said.startswith("PostgreSQL does not run as root, and user ")
    assert said.endswith("to a directory that others may enter, or start Binzhi as an ordinary user.")
    assert not (home / "pg" / "18").exists()


@AS_ROOT
def test_start_as_an_ordinary_user_works_in_a_home_of_their_own(private: Path) -> None:
    os.chown(private, NOBODY, NOBODY)
    home = private / "var"
    done = run_as_nobody("db", "start", home=home)
    try:
        assert done.returncode == 0, done.stderr
        assert home.stat().st_uid == NOBODY
        assert (home / "pg" / "18").stat().st_uid == NOBODY
        # Root finds the same data and keeps their owner.
        assert Cluster(home).start() is False
        assert Cluster(home).stop() is True
        assert Cluster(home).start() is True
        assert (home / "pg" / "18" / "postmaster.pid").stat().st_uid == NOBODY
    finally:
        assert run_as_nobody("db", "stop", home=home).returncode == 0


def test_start_with_a_file_in_the_way_is_refused(private: Path) -> None:
    (private / "var").write_text("not a directory")
    said = refusal(run("db", "start", home=private / "var"))
    assert said == f"{private / 'var'} is not a directory. Remove it, or set BINZHI_HOME to another directory."


def test_start_without_enough_memory_is_refused(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.places.data / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = '4TB'\n")
    assert "not enough (shared) memory" in refusal(run("db", "start", home=cluster.places.home))


def test_start_with_a_broken_configuration_names_the_file(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.places.data / "postgresql.conf").open("a") as file:
        file.write("max_connections = many\n")
    said = refusal(run("db", "start", home=cluster.places.home))
    assert said == (
        f"PostgreSQL refuses {cluster.places.data / 'postgresql.conf'}; "
        f"its log {cluster.places.log} names the line to mend."
    )


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_port_taken_is_refused_before_anything_is_made(home: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        said = refusal(run(command, home=home, env={"BINZHI_PORT": str(number)}))
    assert said == (
        f"Port {number} of 127.0.0.1 is taken by another program (Address already in use). "
        f"Stop that program, or choose another port: BINZHI_PORT={number + 1}."
    )
    assert not home.exists()


@pytest.mark.parametrize("number", ["http", "0", "65536", "-1", "8000.5"])
def test_port_that_is_no_port_is_refused(home: Path, number: str) -> None:
    said = refusal(run("demo", home=home, env={"BINZHI_PORT": number}))
    assert said == f"BINZHI_PORT is {number!r}, but must be a number from 1 to 65535."


def test_database_url_that_does_not_answer_is_refused(home: Path) -> None:
    url = "postgresql://somebody:secret@127.0.0.1:1/nothing"
    said = refusal(run("migrate", home=home, env={"BINZHI_DATABASE_URL": url}))
    assert said.startswith("The database of BINZHI_DATABASE_URL does not answer: ")
    assert said.endswith("Start it, or correct the URL.")
    assert "secret" not in said


def test_database_commands_leave_a_foreign_server_alone(home: Path) -> None:
    said = refusal(run("db", "stop", home=home, env={"BINZHI_DATABASE_URL": "postgresql://127.0.0.1/x"}))
    assert said == "BINZHI_DATABASE_URL names another server; Binzhi starts and stops only its own."
