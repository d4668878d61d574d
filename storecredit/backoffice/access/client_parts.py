"""What the page of an API client is made of."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from storecredit.api.dialects import list_dialects
from storecredit.api.models import ApiClient, ApiKey, ClientUse, UseOutcome
from storecredit.api.queries import find_last_use, list_use
from storecredit.api.scopes import EXPLANATIONS, Scope
from storecredit.backoffice.access.key_steps import is_live
from storecredit.backoffice.kit import (
    Facts,
    Shown,
    Table,
    day_text,
    moment,
    moments,
    money_text,
    numbers,
    phrase,
    strong,
    tag,
)

#: How far back the page tells of its calls, today among them.
DAYS_SHOWN: Final = 30


def list_allowed(client: ApiClient) -> list[tuple[str, str]]:
    """What it may do: each scope's name, and what that is."""
    scopes = [Scope(scope) for scope in Scope.values if scope in client.scopes]
    return [(gettext(scope.label), gettext(EXPLANATIONS[scope])) for scope in scopes]


def last_use_of(client: ApiClient) -> Shown:
    """When it last called, and from where."""
    last = find_last_use(client_id=client.pk)
    return gettext("never") if last is None else phrase(moment(last.last_at), last.last_address)


def use_table(client: ApiClient, now: datetime) -> Table:
    """Its calls of the last days: by day and API what was answered and what was refused, and why."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    rows = list_use(client_id=client.pk, first_day=today - timedelta(days=DAYS_SHOWN - 1))
    titles = {dialect.name: dialect.title for dialect in list_dialects()}
    groups: dict[tuple[date, str], list[ClientUse]] = defaultdict(list)
    for row in rows:
        groups[row.day, row.dialect].append(row)
    answered = sum(row.count for row in rows if row.outcome == UseOutcome.ANSWERED)
    refused = sum(row.count for row in rows) - answered
    return Table(
        title=gettext("Calls of the last %(count)s days") % {"count": DAYS_SHOWN},
        columns=(
            gettext("Day"),
            gettext("API"),
            numbers(pgettext("calls", "Answered")),
            numbers(pgettext("calls", "Refused")),
            gettext("Why refused"),
            gettext("Last from"),
        ),
        rows=[[day_text(when), titles.get(name, name), *_cells_of(those)] for (when, name), those in groups.items()],
        id="use",
        empty=gettext("It has not called."),
        beside=gettext("%(answered)s answered, %(refused)s refused") % {"answered": answered, "refused": refused}
        if rows
        else None,
        below=gettext("What was called in the last minute may be missing.") if rows else None,
    )


def _cells_of(rows: Sequence[ClientUse]) -> list[Shown]:
    refused = [row for row in rows if row.outcome != UseOutcome.ANSWERED]
    last = max(rows, key=lambda row: row.last_at)
    return [
        str(sum(row.count for row in rows if row.outcome == UseOutcome.ANSWERED)),
        str(sum(row.count for row in refused) or ""),
        ", ".join(f"{row.count} {UseOutcome(row.outcome).label}" for row in refused),
        last.last_address,
    ]


def _words_of(limits: dict[str, int]) -> list[str]:
    """Limits as amounts read on a page, by currency."""
    return [money_text(limits[currency], currency) for currency in sorted(limits)]


def facts_of(client: ApiClient) -> Facts:
    """What it may do, and how much of it."""
    once, daily = _words_of(client.issue_limits), _words_of(client.issue_limits_per_day)
    stopped = client.look_ups_limited_at
    return Facts(
        gettext("What it may do"),
        [
            (pgettext("API", "Requests"), client.rate),
            (gettext("Wrong gift card codes"), client.miss_limit),
            (gettext("Largest single issue"), ", ".join(once) or gettext("no limit")),
            (gettext("Most issued in a day"), ", ".join(daily) or gettext("no limit")),
            (gettext("Other currencies"), gettext("nothing") if once or daily else ""),
            (gettext("Card look-ups last stopped"), tag(moment(stopped), "bo-tag-warn") if stopped else ""),
            (gettext("Calls from"), ", ".join(client.networks) or gettext("anywhere")),
            (gettext("Tenant"), client.tenant),
        ],
    )


def keys_table(client: ApiClient, now: datetime) -> Table:
    """Its keys, those that ended, too."""
    return Table(
        title=gettext("Keys"),
        columns=(gettext("Key"), moments(gettext("Made")), gettext("By"), moments(gettext("Works"))),
        rows=[
            [
                strong(str(key)),
                moment(key.created_at),
                phrase(key.made_by.get_username() if key.made_by else "", key.shown_door),
                _life_of(key, now),
            ]
            for key in client.keys.all()
        ],
        empty=gettext("It has no key."),
    )


def _life_of(key: ApiKey, now: datetime) -> Shown:
    if is_live(key, now):
        return phrase(
            tag(gettext("yes"), "bo-tag-good"),
            format_html(gettext("until {moment}"), moment=moment(key.expires_at)) if key.expires_at else "",
        )
    if key.revoked_at:
        return phrase(tag(gettext("revoked")), moment(key.revoked_at))
    return phrase(tag(gettext("expired")), moment(key.expires_at))
