"""
`make run`: the shop's store credit with demo data, on a machine where nobody has prepared anything.

The first run makes secrets, a database and its demo data under `var/` and keeps them; later runs find them there. It
serves plain HTTP on this machine's own address alone, so it is for trying out: the README says how to run for real.
"""

import argparse
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "var" / "env"
DEMO = ROOT / "var" / "demo.json"
HOST = "127.0.0.1"


def port_number(text: str) -> int:
    """
    Read a port.

    :raises argparse.ArgumentTypeError: if it is not a whole number from 1 to 65535.
    """
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"PORT is a number from 1 to 65535, not {text!r}.")
    return int(text)


def require_free_port(port: int) -> None:
    """Stop with a sentence if the port cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            sys.exit(f"Port {port} may not be used by this account. Choose another one: make run PORT=8001")
        except OSError:
            sys.exit(f"Port {port} is taken. Stop what listens there, or choose another one: make run PORT={port + 1}")


def load_environment(port: int = 8000) -> None:
    """Put what `var/env` says into the environment, which goes before it; write the file if there is none."""
    if not ENVIRONMENT.exists():
        ENVIRONMENT.parent.mkdir(exist_ok=True)
        lines = (
            f"SECRET_KEY={secrets.token_urlsafe(48)}",
            f"CODE_KEYS={secrets.token_urlsafe(32)}",
            "ALLOWED_HOSTS=localhost,127.0.0.1,[::1]",
            "HTTPS_ONLY=false",
        )
        with open(os.open(ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)
    for line in ENVIRONMENT.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())
    # Of a mail that was written for a trial the links lead to the trial.
    os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
    # A folder's name comes after the fourth slash's own. Nothing of a trial leaves the machine.
    os.environ.setdefault("EMAIL_URL", f"filemail:///{quote(str(ROOT / 'var' / 'mail'))}")


def prepare() -> dict[str, Any]:
    """Bring the database up to date, load the demo data if there is none, and give its logins and key."""
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    if not DEMO.exists():
        print("Making the database and its demo data …", flush=True)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", output=str(DEMO), stdout=io.StringIO())
    except CommandError as error:
        sys.exit(str(error))
    demo: dict[str, Any] = json.loads(DEMO.read_text())
    return demo


def describe(demo: dict[str, Any], port: int) -> str:
    """Where to go, whom to be, and two lines to paste."""
    root = f"http://{HOST}:{port}"
    key, customer = demo["api_key"], demo["customer"]
    width = max(len(login["role"]) for login in demo["admin"])
    names = max(len(login["username"]) for login in demo["admin"])
    logins = "\n".join(
        f"    {login['role']:{width}}  {login['username']:{names}}  {login['password']}" for login in demo["admin"]
    )
    address = f"{root}/api/v1/customers/{customer}/store-credit"
    bearer = f"-H 'Authorization: Bearer {key}'"
    once = '-H "Idempotency-Key: demo-$(date +%s)"'
    body = (
        """-H 'Content-Type: application/json' -d '{"amount": 25, "currency": "USD", "note": "Sorry for the wait"}'"""
    )
    return f"""
Admin    {root}/admin/
{logins}

API      {root}/api/v1/docs/
    key  {key}

A customer's balance, and 25 dollars more of it (the Idempotency-Key keeps a repeated request from paying twice):

curl {bearer} {address}

curl -X POST {bearer} {once} {body} {address}

Stop with Ctrl-C. Everything is kept in var/ for the next time.
"""


def serve(port: int, announcement: str) -> int:
    """Run the server until somebody stops it, and say where it is once it can be reached. Gives its exit status."""
    server = subprocess.Popen(  # noqa: S603  every word of it stands here
        [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--log-level", "warning"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "storecredit.settings.web"},
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        while server.poll() is None and not _answers(port):
            time.sleep(0.1)
        if server.poll() is None:
            print(announcement, flush=True)
        return server.wait()
    except KeyboardInterrupt:
        # The terminal has told the server too.
        return server.wait()


def _answers(port: int) -> bool:
    asking = HTTPConnection(HOST, port, timeout=5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except OSError:
        return False
    finally:
        asking.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m storecredit.launch", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check-port", type=port_number, metavar="PORT", help="only say whether the port is free")
    what.add_argument("--port", type=port_number, help="prepare and serve")
    what.add_argument("--manage", nargs=argparse.REMAINDER, help="run a management command on what is served")
    arguments = parser.parse_args()
    if arguments.check_port:
        require_free_port(arguments.check_port)
        return
    os.chdir(ROOT)
    load_environment(arguments.port or 8000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storecredit.settings")
    if arguments.manage is not None:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["manage.py", *arguments.manage])
        return
    require_free_port(arguments.port)
    demo = prepare()
    sys.exit(serve(arguments.port, describe(demo, arguments.port)))


if __name__ == "__main__":
    main()
