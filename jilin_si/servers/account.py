"""Under which account the servers run: the caller's, but never root's, which PostgreSQL refuses."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import Places, owner_uid

SERVICE_ACCOUNT = "jilin-si"


@dataclass(frozen=True)
class Account:
    """Who the servers are, and the privileges to drop to (none where the caller is that account)."""

    uid: int
    gid: int
    drop: bool

    def run(self, arguments: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a server's program as this account, apart from the caller's terminal, from a folder all may enter."""
        return subprocess.run(
            [str(argument) for argument in arguments],
            **self._apart(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )

    def spawn(self, arguments: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a server's program that stays."""
        return subprocess.Popen(
            [str(argument) for argument in arguments],
            **self._apart(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _apart(self) -> dict[str, Any]:
        return {
            "cwd": "/",
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "umask": 0o077,
        } | ({"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {})

    def take(self, path: Path) -> None:
        """Give a file or folder that root made to this account."""
        if self.drop:
            os.chown(path, self.uid, self.gid)


def server_account(places: Places) -> Account:
    """The caller; for root the owner of the data folder, and an account of its own where that is root too."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), drop=False)
    uid = owner_uid(places.var)
    entry = pwd.getpwuid(uid) if uid else _service_account()
    return Account(entry.pw_uid, entry.pw_gid, drop=True)


def _service_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd:
        subprocess.run(
            [
                useradd,
                "--system",
                "--user-group",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SERVICE_ACCOUNT,
            ],
            capture_output=True,
            check=False,
        )
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise SetupError(
            f"PostgreSQL does not run as root, and the account {SERVICE_ACCOUNT} could not be made. "
            f"Make it (useradd --system {SERVICE_ACCOUNT}), or run as an ordinary user."
        ) from None


def processes_in(folder: Path) -> list[int]:
    """The pids of everything that works in a folder: a server and its children, also after the server was killed."""
    place = str(folder.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str((entry / "cwd").readlink()) == place:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def let_enter(account: Account, folder: Path) -> None:
    """Let the account pass through the folders above; it may enter them, not read them."""
    if not account.drop:
        return
    for above in reversed(folder.parents):
        status = above.stat()
        if status.st_uid != account.uid and not status.st_mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def let_read(account: Account, folder: Path) -> None:
    """Let the account read and run what lies in a folder (installed under a umask that hid it)."""
    if not account.drop:
        return
    let_enter(account, folder)
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def make_socket_folder(account: Account, folder: Path) -> None:
    """Make the folder of the sockets; refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700)
        account.take(folder)
    except FileExistsError:
        pass
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
        raise SetupError(f"{folder} is not this account's own folder. Remove it and run the command again.")
