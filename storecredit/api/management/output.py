"""What the key commands read and print alike."""

import json
from datetime import UTC, datetime

from django.core.management.base import CommandError, OutputWrapper

from ledger.days import require_reckoned
from ledger.errors import DayOutOfRange
from storecredit.api.issue_limits import write_issue_limits
from storecredit.api.networks import parse_networks
from storecredit.api.operations import IssuedKey


def read_expiry(text: str | None, option: str = "--expires-at") -> datetime | None:
    """
    A moment from ISO 8601; without an offset it is UTC.

    :raises CommandError: if it is none.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        require_reckoned(moment)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, DayOutOfRange) as error:
        raise CommandError(f"{option}: {text!r} is not an ISO 8601 moment such as 2027-01-31T00:00:00Z.") from error


def read_networks(texts: list[str]) -> list[str]:
    """
    Networks in their usual form.

    :raises CommandError: for what is none.
    """
    try:
        return parse_networks(texts)
    except ValueError as error:
        raise CommandError(f"--network: {error}") from error


def write_key(stdout: OutputWrapper, issued: IssuedKey, *, as_json: bool) -> None:
    """Print a new key: the only time that it can be read."""
    client, key = issued.client, issued.key
    if as_json:
        facts = {
            "name": client.name,
            "key": issued.plain,
            "prefix": key.prefix,
            "scopes": client.scopes,
            "owner": client.owner.get_username() if client.owner else None,
            "rate": client.rate,
            "miss_limit": client.miss_limit,
            "issue_limits": write_issue_limits(client.issue_limits),
            "issue_limits_per_day": write_issue_limits(client.issue_limits_per_day),
            "networks": client.networks,
            "tenant": client.tenant,
            "test_mode": client.test_mode,
            "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        }
        stdout.write(json.dumps(facts))
        return
    stdout.write(
        f"API client  {client.name}{' (test mode)' if client.test_mode else ''}\n"
        f"Scopes      {', '.join(client.scopes) or 'none'}\n"
        f"From        {', '.join(client.networks) or 'anywhere'}\n"
        f"Expires     {key.expires_at.isoformat() if key.expires_at else 'never'}\n"
        f"Key         {issued.plain}\n"
        "Keep the key now: it cannot be shown again."
    )
