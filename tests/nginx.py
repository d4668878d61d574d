"""The proxy that `compose.yaml` puts in front of the program: Debian's package, with the file that is shipped."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).resolve().parent.parent / "docs" / "nginx" / "default.conf.template"
HOW_TO_GET_NGINX = "no nginx was found. Install one (Debian and Ubuntu: `apt-get install nginx-light`)."
_FRAME = Template("""
daemon off;
pid $folder/pid;
error_log $folder/errors;
events { worker_connections 2000; }
http {
    client_body_temp_path $folder/bodies;
    proxy_temp_path $folder/answers;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/default.conf;
}
""")


def find_nginx() -> str | None:
    """The path of its program, which Debian keeps where only the administrator looks."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def render(*, app: str, listen: str, tls: str = "", outer: str = "0.0.0.0/32") -> str:
    """The file as the container fills it in: what is named is replaced, and nothing else."""
    text = TEMPLATE.read_text()
    for name, value in {"APP": app, "LISTEN": listen, "TLS": tls, "OUTER": outer}.items():
        text = text.replace("${" + name + "}", value)
    return text


@contextmanager
def nginx(configuration: str, *, port: int) -> Iterator[None]:
    """Run it until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="storecredit-nginx-", dir="/tmp"))
    # Started as root it works as somebody else, who must get at what it keeps there.
    folder.chmod(0o755)
    (folder / "default.conf").write_text(configuration)
    (folder / "nginx.conf").write_text(_FRAME.substitute(folder=folder))
    program = find_nginx()
    assert program is not None
    with (folder / "output").open("w+") as output:
        server = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")],
            stdout=output,
            stderr=output,
        )
        try:
            _wait_until_it_listens(server, port, folder)
            yield
        finally:
            server.terminate()
            server.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_listens(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    ends = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx does not run:\n{(folder / 'output').read_text()}{(folder / 'errors').read_text()}")
