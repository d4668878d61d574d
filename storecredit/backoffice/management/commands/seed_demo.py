import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ledger.management.job import COULD_NOT_RUN, Job
from ledger.operations import Actor, ActorKind
from storecredit.backoffice.demo import DatabaseNotEmpty, give_api_key, give_logins, load_demo, name_actors
from storecredit.backoffice.demo.cuts import close_demo
from storecredit.backoffice.demo.logins import DOOR, RoleMissing
from storecredit.backoffice.demo.waiting import leave_waiting

#: Those that the story is told of.
_JOBS = ("expire_credit", "expire_cards", "release_holds", "process_webhooks")


class Command(Job):
    name = "seed_demo"
    help = (
        "Load a demo shop: customers with months of history in five currencies, staff logins for each role, what waits "
        "for a second person, and an API client. The passwords and the key are drawn at random and written to a file "
        "that its owner alone can read. A second run changes nothing; if the file is gone, the demo's logins get new "
        "passwords and its client one more key. Refuses in production and among other customers. Exit code 0: done, "
        "2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", default="var/demo.json", metavar="FILE", help="where passwords and key go")
        parser.add_argument("--force", action="store_true", help="also in production, also among other customers")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        force: bool = options["force"]
        if settings.HTTPS_ONLY and not settings.DEBUG and not force:
            raise CommandError(
                "Could not run: this is production (HTTPS_ONLY is true). --force loads the demo all the same.",
                returncode=COULD_NOT_RUN,
            )
        output = Path(options["output"])
        now = timezone.now().replace(microsecond=0)
        known = _read_known(output)
        try:
            with transaction.atomic():
                logins = give_logins(
                    known={login["username"]: login["password"] for login in known.get("admin", [])}, now=now
                )
                access = give_api_key(known=known.get("api_key", ""), now=now)
                actors = name_actors(logins, access)
                summary = load_demo(now=now, actors=actors, among_others=force)
        except DatabaseNotEmpty as error:
            raise CommandError(
                "Could not run: there are customers already. --force loads the demo among them.",
                returncode=COULD_NOT_RUN,
            ) from error
        except RoleMissing as error:
            raise CommandError(
                f"Could not run: there is no role {error}. Run manage.py migrate, which makes it.",
                returncode=COULD_NOT_RUN,
            ) from error
        demo = {
            "admin": [{"role": login.role, "username": login.username, "password": login.password} for login in logins],
            "api_key": access.key,
            "customer": summary.first_customer,
        }
        if demo != known:
            _write(output, demo)
        if summary.steps and not force:
            close_demo(actor=_job("take_cut"), now=now)
            leave_waiting(actors=actors, now=now)
        new_logins = sum(login.is_new for login in logins)
        facts = {
            "output": str(output),
            "customer": summary.first_customer,
            "customers": summary.customers,
            "movements": summary.steps,
            "new_logins": new_logins,
            "new_api_key": access.is_new,
        }
        rows: list[tuple[str, object]] = [
            ("Customers made", summary.customers),
            ("Steps of their histories", summary.steps),
            ("New passwords", new_logins),
            ("New API key", "yes" if access.is_new else "no"),
            ("Logins and key", output),
        ]
        self.write_summary("Demo shop", rows, facts, as_json=options["json"])


def _job(name: str) -> Actor:
    return Actor(kind=ActorKind.SYSTEM, id=name, label=name, door=DOOR)


def _read_known(output: Path) -> dict[str, Any]:
    """What a former run wrote; nothing if there is no such file, an error if it is another one."""
    try:
        known: dict[str, Any] = json.loads(output.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(f"Could not run: {output} cannot be read: {error}", returncode=COULD_NOT_RUN) from error
    if not isinstance(known, dict) or set(known) != {"admin", "api_key", "customer"}:
        raise CommandError(f"Could not run: {output} holds something else.", returncode=COULD_NOT_RUN)
    return known


def _write(output: Path, demo: dict[str, Any]) -> None:
    """Write the file in one move, readable by its owner alone from its first moment on."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(demo, file, indent=2)
            file.write("\n")
        temporary.replace(output)
    except OSError as error:
        raise CommandError(
            f"Could not run: {output} cannot be written: {error.strerror}", returncode=COULD_NOT_RUN
        ) from error
