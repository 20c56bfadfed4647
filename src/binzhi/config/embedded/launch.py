"""Starting the server's programs: as ourselves, or as root through an unprivileged user."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from binzhi.config.embedded.errors import ClusterError
from binzhi.config.embedded.places import Places, installation

# PostgreSQL refuses to run as root; the first of these that exists runs it.
ACCOUNTS = ("binzhi", "postgres", "nobody")
# In the private view of the server only: something empty is laid over it.
STAGES = ("/mnt", "/media", "/srv", "/opt", "/usr/local")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    name: str


def account_for(data: Path) -> Account | None:
    """Who runs the server; None means ourselves. Data that exist keep the user who made them."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, _name_of(owner.st_uid))
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise ClusterError(
        "PostgreSQL does not run as root, and this machine has no user it could run as. "
        "Create one (`useradd --system binzhi`), or start Binzhi as an ordinary user."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@dataclass(frozen=True)
class Launcher:
    """Runs programs of the installation so that they can reach `places.root`; paths go through `seen`."""

    places: Places
    account: Account | None
    stage: str = ""

    @cached_property
    def install(self) -> Path:
        return installation()

    def for_reach(self) -> Launcher:
        """Ourselves if the account can reach the directories, else the same with a private view of them."""
        if self.account is None or self._reaches():
            return self
        sources = self._mounts().values()
        for stage in STAGES:
            if os.path.isdir(stage) and not any(path.startswith(stage + "/") for path in sources):
                staged = replace(self, stage=stage)
                staged._prove()
                return staged
        raise self._unreachable("no directory is free to show it the files in")

    def _reaches(self) -> bool:
        # initdb, because it also needs the libraries beside the installation.
        script = 'test -x "$1" && test -w "$1" && test -r "$2" && exec "$0" --version'
        paths = [self.install / "bin" / "initdb", self.places.root, self.install / "share"]
        command = ["/bin/sh", "-c", script, *map(str, paths)]
        return subprocess.run(command, capture_output=True, **self._as_account()).returncode == 0

    def _prove(self) -> None:
        done = self.run("initdb", "--version")
        if done.returncode != 0:
            raise self._unreachable(done.stderr.strip() or done.stdout.strip())

    def _unreachable(self, reason: str) -> ClusterError:
        assert self.account is not None
        return ClusterError(
            f"PostgreSQL does not run as root, and user {self.account.name} cannot enter {self.places.root} or "
            f"{self.install} ({reason}). Move Binzhi and BINZHI_HOME to a directory that others may enter, "
            "or start Binzhi as an ordinary user."
        )

    def seen(self, path: Path) -> str:
        """The path by which the server's programs know `path`."""
        if self.stage:
            for name, source in self._mounts().items():
                if path == Path(source) or Path(source) in path.parents:
                    return str(Path(self.stage) / name / path.relative_to(source))
        return str(path)

    def _mounts(self) -> dict[str, str]:
        """Place below the stage -> directory. The wheel's programs find their libraries by a relative path."""
        package = self.install.parent
        found = {f"lib/{package.name}/{self.install.name}": str(self.install), "pg": str(self.places.root)}
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            found[f"lib/{libraries.name}"] = str(libraries)
        return found

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command, options = self._command(program, arguments)
        return subprocess.run(command, capture_output=True, text=True, errors="replace", **options)

    def spawn(self, program: str, *arguments: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program that outlives us, in a session of its own: a Ctrl-C at our terminal is not meant for it."""
        command, options = self._command(program, arguments)
        return subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, **options)

    def _command(self, program: str, arguments: tuple[str, ...]) -> tuple[list[str], dict[str, Any]]:
        argv = [self.seen(self.install / "bin" / program), *arguments]
        if not self.stage or self.account is None:
            return argv, self._as_account()
        order = {
            "stage": self.stage,
            "mounts": self._mounts(),
            "uid": self.account.uid,
            "gid": self.account.gid,
            "argv": argv,
        }
        script = str(Path(__file__).with_name("sandbox.py"))
        return [sys.executable, "-I", "-S", script, json.dumps(order)], self._plain()

    def _as_account(self) -> dict[str, Any]:
        options = self._plain()
        if self.account is not None:
            options |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return options

    @staticmethod
    def _plain() -> dict[str, Any]:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {"stdin": subprocess.DEVNULL, "cwd": "/", "umask": 0o077, "env": environment | {"LC_ALL": "C"}}
