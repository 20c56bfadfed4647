"""Run a program as another user who cannot reach it: a stand-alone script, started by `launch.py` as root.

A clone under a private directory (mode 0700) is out of reach for the unprivileged user that PostgreSQL insists on.
Instead of opening the parents to everybody, this process gets a view of the file system of its own, in which the
server's two directories are also mounted at a reachable place; nobody else sees that place.
"""

import ctypes
import json
import os
import sys

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
FAILED = 97


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    _call("mount", *(text.encode() for text in (source, target, kind)), ctypes.c_ulong(flags), options.encode())


def run(*, stage: str, mounts: dict[str, str], uid: int, gid: int, argv: list[str]) -> None:
    """Replace this process by `argv`, run as (uid, gid) with each directory of `mounts` also at stage/<name>."""
    os.umask(0o022)
    _call("unshare", CLONE_NEWNS)
    # Without this, what is mounted here would appear for everybody.
    _mount("none", "/", "", MS_REC | MS_PRIVATE, "")
    _mount("tmpfs", stage, "tmpfs", 0, "mode=755,size=1m")
    for name, source in mounts.items():
        target = os.path.join(stage, name)
        os.makedirs(target, mode=0o755)
        _mount(source, target, "", MS_BIND | MS_REC, "")
    os.umask(0o077)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    try:
        run(**json.loads(sys.argv[1]))
    except OSError as failure:
        sys.stderr.write(f"sandbox: {failure}\n")
        sys.exit(FAILED)
