"""The embedded PostgreSQL server of one home: made, started, probed and stopped by our own code."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from binzhi.config.embedded import errors
from binzhi.config.embedded.configuration import FILE, INCLUDE, configuration
from binzhi.config.embedded.errors import ClusterError
from binzhi.config.embedded.launch import Launcher, account_for
from binzhi.config.embedded.places import DATABASE, MAJOR, ROLE, SUPERUSER, places, url_for
from binzhi.config.embedded.process import clear_leftovers, postmaster, recorded_pid, says_ready

# Recovery after a crash may replay gigabytes; we wait as long as the server lives, up to this.
_LONGEST_RECOVERY = 600.0
_FAST_STOP = 60.0
_ATTEMPTS = 3
_ROOM_FOR_NEW_DATA = 150  # MB: an empty cluster and its first log segments
_TRANSIENT = ("pre-existing shared memory block", "lock file", "Is another postmaster")


@dataclass(frozen=True)
class Status:
    running: bool
    pid: int | None
    version: str
    data: Path
    log: Path
    url: str


class Cluster:
    """The server of one home. Objects hold no state of the server: any process may start, use and stop it."""

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.places = places(home)
        self._settings = dict(settings or {})

    @property
    def url(self) -> str:
        return url_for(self.places, user=ROLE, database=DATABASE)

    @property
    def superuser_url(self) -> str:
        return url_for(self.places, user=SUPERUSER, database="postgres")

    # ------------------------------------------------------------ start

    def start(self, tell: Callable[[str], None] = lambda text: None) -> bool:
        """Make the data if there are none and bring the server to answer. True if it was not running before.

        Safe to call from several processes at once, and after a crash of any of its processes.
        Raises ClusterError with a sentence for everything that a person can mend.
        """
        try:
            with self._alone():
                if self._answers():
                    self._make_objects()
                    return False
                launcher = self._launcher()
                if not self.places.data.exists():
                    tell("Making the database …")
                    self._initialise(launcher)
                running = self._wait_for_other(tell)
                if not running:
                    self._bring_up(launcher, tell)
                self._make_objects()
                return not running
        except OSError as error:
            raise errors.from_os_error(error, self.places.home) from error

    def _launcher(self) -> Launcher:
        self._refuse_other_version()
        account = account_for(self.places.data)
        uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
        for directory in (self.places.root, self.places.sockets):
            self._own(directory, uid, gid)
        return Launcher(self.places, account).for_reach()

    def _refuse_other_version(self) -> None:
        ours = self.places.data
        candidates = [ours] if ours.exists() else sorted(self.places.root.glob("[0-9]*"))
        for data in candidates:
            version = data / "PG_VERSION"
            found = version.read_text().strip() if version.exists() else ""
            if found and found != MAJOR:
                raise errors.other_version(data, found, MAJOR)
        if ours.exists() and not (ours / "PG_VERSION").exists():
            raise ClusterError(
                f"{ours} holds no PostgreSQL data (its PG_VERSION is missing). "
                "Restore it from a backup, or move it away to begin anew."
            )

    def _own(self, directory: Path, uid: int, gid: int) -> None:
        """Make a private directory of the server, or insist that it is one: trust ends at its door."""
        directory.parent.mkdir(parents=True, exist_ok=True)
        try:
            directory.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(directory, uid, gid)
        except FileExistsError:
            found = directory.lstat()
            if directory.is_symlink() or not directory.is_dir() or found.st_uid != uid or found.st_mode & 0o077:
                raise ClusterError(
                    f"{directory} must be a directory of user {uid} with mode 0700, and is not. "
                    "Remove it or give it back to that user, or set BINZHI_HOME to another directory."
                ) from None

    def _initialise(self, launcher: Launcher) -> None:
        if errors.free_megabytes(self.places.root) < _ROOM_FOR_NEW_DATA:
            raise errors.disk_full(self.places.home)
        # In a directory beside it, moved into place when whole: a kill in between leaves nothing half-made.
        draft = self.places.root / f"{MAJOR}.new"
        if draft.exists():
            shutil.rmtree(draft)
        done = launcher.run(
            "initdb",
            f"--pgdata={launcher.seen(draft)}",
            f"--username={SUPERUSER}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        )
        if done.returncode != 0:
            raise errors.from_log(done.stderr or done.stdout, home=self.places.home, data=draft, log=self.places.log)
        with (draft / "postgresql.conf").open("a") as file:
            file.write(INCLUDE)
        self._configure(draft)
        draft.rename(self.places.data)

    def _configure(self, data: Path) -> None:
        target = data / FILE
        text = configuration(self._settings)
        if target.exists() and target.read_text() == text:
            return
        draft = data / f".{FILE}.{os.getpid()}"
        draft.write_text(text)
        if os.geteuid() == 0:
            owner = data.stat()
            os.chown(draft, owner.st_uid, owner.st_gid)
        draft.replace(target)

    def _wait_for_other(self, tell: Callable[[str], None]) -> bool:
        """A server that lives but does not answer is recovering or stopping; True once it answers."""
        pid = postmaster(self.places)
        if pid is None:
            return False
        if says_ready(self.places) and not self.places.socket_files[0].exists():
            # Somebody tidied its socket away: nobody can reach it any more.
            os.kill(pid, signal.SIGINT)
            self._ended(pid)
            return False
        tell("Waiting for the database …")
        return self._await_answer(lambda: postmaster(self.places) is not None)

    def _bring_up(self, launcher: Launcher, tell: Callable[[str], None]) -> None:
        said = ""
        for _attempt in range(_ATTEMPTS):
            clear_leftovers(self.places)
            self._configure(self.places.data)
            begun_at = self._trim_log()
            with self.places.log.open("ab") as log:
                child = launcher.spawn(
                    "postgres",
                    "-D",
                    launcher.seen(self.places.data),
                    "-c",
                    f"unix_socket_directories={launcher.seen(self.places.sockets)}",
                    output=log,
                )
            if self._await_answer(lambda child=child: child.poll() is None):  # type: ignore[misc]
                # It outlives this object on purpose, which Popen would warn of; `_reap` buries it.
                child.returncode = 0
                return
            if child.poll() is None:
                child.returncode = 0
                raise ClusterError(
                    f"The database is still recovering after {_LONGEST_RECOVERY:.0f} seconds. Leave it to finish "
                    f"and start again; its log is {self.places.log}."
                )
            said = self.places.log.read_bytes()[begun_at:].decode(errors="replace")
            if not any(text in said for text in _TRANSIENT):
                break
            tell("Clearing up after the last run …")
            time.sleep(0.5)
        raise errors.from_log(said, home=self.places.home, data=self.places.data, log=self.places.log)

    def _trim_log(self) -> int:
        """Keep one older log of limited size; returns where the new entries will begin."""
        log = self.places.log
        size = log.stat().st_size if log.exists() else 0
        if size > 10 * 2**20:
            log.replace(log.with_suffix(".log.1"))
            return 0
        return size

    def _await_answer(self, alive: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + _LONGEST_RECOVERY
        pause = 0.01
        while alive() and time.monotonic() < deadline:
            if says_ready(self.places) and self._answers():
                return True
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)
        return False

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.superuser_url, connect_timeout=5) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _make_objects(self) -> None:
        """The role and database of the application: not a superuser, so that row-level security binds it."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    # ------------------------------------------------------------ stop, status

    def stop(self) -> bool:
        """End the server, at once for its clients but with everything written; False if none was running."""
        try:
            if not self.places.data.exists():
                return False
            with self._alone():
                pid = postmaster(self.places)
                if pid is None:
                    return False
                for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                    os.kill(pid, number)
                    if self._ended(pid):
                        return True
                raise ClusterError(f"The database (process {pid}) does not end; its log is {self.places.log}.")
        except ProcessLookupError:
            return True
        except OSError as error:
            raise errors.from_os_error(error, self.places.home) from error

    def _ended(self, pid: int) -> bool:
        deadline = time.monotonic() + _FAST_STOP
        while time.monotonic() < deadline:
            _reap(pid)
            if postmaster(self.places) != pid:
                return True
            time.sleep(0.02)
        return False

    def alive(self) -> bool:
        """Is there a server process? Cheap: no connection is made."""
        pid = recorded_pid(self.places)
        if pid is not None:
            _reap(pid)
        return postmaster(self.places) is not None

    def status(self) -> Status:
        pid = postmaster(self.places)
        return Status(
            running=pid is not None and self._answers(),
            pid=pid,
            version=MAJOR,
            data=self.places.data,
            log=self.places.log,
            url=self.url,
        )

    def other_clients(self) -> int:
        """How many connections of others there are: nobody else's work may be cut off by our stop."""
        try:
            with psycopg.connect(self.superuser_url, connect_timeout=5) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchone()
        except psycopg.OperationalError:
            return 0
        return int(row[0]) if row else 0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops this server; the lock ends with its holder, however it ends."""
        self.places.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.places.home / ".pg.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _reap(pid: int) -> None:
    """Take note of the end of a server that this process started, so that it does not stay as a zombie."""
    with suppress(ChildProcessError, psutil.NoSuchProcess):
        # By name too: the number may by now be another child's, whose end is for somebody else to note.
        if psutil.Process(pid).name().startswith("postgres"):
            os.waitpid(pid, os.WNOHANG)
