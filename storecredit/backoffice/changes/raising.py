"""
Whether a change lets somebody do more than before. What only lowers is done at once; in doubt it raises.

A limit bears on people in more ways than by its own amount: the first limit that a role has ends what its members
issued without one, a person's own limit takes the place of their roles', and of several the largest counts. So what is
compared is what each person may do before and after.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from django.contrib.auth.models import User

from ledger.money import from_minor
from storecredit.api.rates import parse_rate
from storecredit.backoffice.changes.subjects import State, kind_is_row, read_state, state_of
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.queries import (
    SHIPPED_CEILING_MINOR,
    SHIPPED_DAY_TIMES,
    ApprovalPolicy,
    ApproverLimit,
    IssueLimit,
)

_Rows = Iterable[Mapping[str, Any]]
#: What every change of a person tells of them, whichever release asked it.
_ALWAYS_TOLD = {"roles", "superuser"}
#: Stands for every currency in which there is no limit.
_OTHERS = "–"
#: What holds where no policy does: nothing is approved alone, and one approval is enough.
_WITHOUT_POLICY = {"auto_approve_up_to_minor": None, "second_approval_above_minor": None}


def is_raising(kind: str, before: State, after: State) -> bool:
    """Whether a change of a person, a role or a limit lets anybody do more."""
    if kind == ChangeKind.PERSON:
        return _raises_person(before or {}, after or {})
    if kind == ChangeKind.CUSTOMER:
        # Whoever is not this customer any more may move their money.
        return (before or {})["customer_id"] not in (None, (after or {})["customer_id"])
    if kind == ChangeKind.ROLE:
        return not set((after or {})["permissions"]) <= set((before or {"permissions": []})["permissions"])
    if kind == ChangeKind.APPROVER_LIMIT:
        return _raises_approver(before, after)
    if kind == ChangeKind.ISSUE_LIMIT:
        return _raises_issuer(before, after)
    if kind == ChangeKind.ISSUE_CEILING:
        higher = zip(_ceiling(after, before), _ceiling(before, after), strict=True)
        return any(has > had for has, had in higher)
    if kind == ChangeKind.POLICY:
        return _loosens(before, after)
    return raises_client_limits(before or {}, after or {})


def moves_address(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether links to choose somebody's password would go to another mailbox, whose reader could then be them."""
    return bool(after["email"]) and after["email"].lower() != before["email"].lower()


def _raises_person(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    is_back = after["active"] and not before["active"]
    if (after["superuser"] and not before["superuser"]) or is_back or moves_address(before, after):
        return True
    had, has = set(before["roles"]), set(after["roles"])
    # Without a role goes its limit, too, and another role may have none.
    return not has <= had or (bool(has) and _issue_more(_limits_of(had), _limits_of(has)))


def _limits_of(roles: Iterable[int]) -> list[dict[str, Any]]:
    return [state_of(ChangeKind.ISSUE_LIMIT, row) for row in IssueLimit.objects.filter(group__in=roles)]


def _most_issued(rows: _Rows) -> dict[str, Decimal | None]:
    """The most that somebody issues alone by currency; None: as much as the ceiling allows."""
    most: dict[str, Decimal | None] = {}
    for row in rows:
        most[row["currency"]] = max(Decimal(row["amount"]), most.get(row["currency"]) or Decimal(0))
    return most | {_OTHERS: Decimal(0) if most else None}


def _most_given(rows: _Rows) -> dict[str, Decimal | None]:
    """The most that somebody gives alone in a day, likewise; a row that does not say has the ceiling's."""
    most: dict[str, Decimal | None] = {}
    rows = list(rows)
    for row in rows:
        if row.get("per_day") is not None:
            most[row["currency"]] = max(Decimal(row["per_day"]), most.get(row["currency"]) or Decimal(0))
    most |= {row["currency"]: None for row in rows if row.get("per_day") is None}
    return most | {_OTHERS: Decimal(0) if most else None}


def _issue_more(before: _Rows, after: _Rows) -> bool:
    """Whether whoever has these limits issues more, at once or in a day."""
    before, after = list(before), list(after)
    return any(_is_more(most(before), most(after)) for most in (_most_issued, _most_given))


def _is_more(before: Mapping[str, Decimal | None], after: Mapping[str, Decimal | None]) -> bool:
    for currency in {*before, *after}:
        had, has = before.get(currency, before[_OTHERS]), after.get(currency, after[_OTHERS])
        if had is not None and (has is None or has > had):
            return True
    return False


def _raises_issuer(before: State, after: State) -> bool:
    if before and after and before["group_id"] != after["group_id"]:
        return _raises_issuer(before, None) or _raises_issuer(None, after)
    group_id = (after or before or {})["group_id"]
    every = [state_of(ChangeKind.ISSUE_LIMIT, row) for row in IssueLimit.objects.all()]
    will = [row for row in every if row != before] + ([dict(after)] if after else [])
    members = User.objects.filter(groups=group_id).prefetch_related("groups")
    belonging = [{group_id}, *({group.pk for group in member.groups.all()} for member in members)]
    return any(_issue_more(_of(every, roles), _of(will, roles)) for roles in belonging)


def _of(rows: _Rows, roles: set[int]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["group_id"] in roles]


def _raises_approver(before: State, after: State) -> bool:
    changed = after or before or {}
    every = [
        state_of(ChangeKind.APPROVER_LIMIT, row)
        for row in ApproverLimit.objects.filter(currency__in={each["currency"] for each in (before, after) if each})
    ]
    will = [row for row in every if row != before] + ([dict(after)] if after else [])
    if changed["group_id"] is not None and not _are_covered([after] if after else [], [before] if before else []):
        return True
    people = (
        User.objects.filter(pk=changed["user_id"])
        if changed["user_id"]
        else User.objects.filter(groups=changed["group_id"])
    )
    for person in people.prefetch_related("groups"):
        roles = {group.pk for group in person.groups.all()}
        for currency in {row["currency"] for row in will}:
            has = _limits_on(will, person.pk, roles, currency)
            if not _are_covered(has, _limits_on(every, person.pk, roles, currency)):
                return True
    return False


def _limits_on(rows: _Rows, person_id: int, roles: set[int], currency: str) -> list[Mapping[str, Any]]:
    """The limits by which a person approves in a currency: their own in the place of those of their roles."""
    rows = [row for row in rows if row["currency"] == currency]
    own = [row for row in rows if row["user_id"] == person_id]
    return own or [row for row in rows if row["group_id"] in roles]


def _are_covered(rows: Sequence[Mapping[str, Any]], by: Sequence[Mapping[str, Any]]) -> bool:
    """Whether each limit allows no more than one of others."""
    return all(any(_is_within(row, other) for other in by) for row in rows)


def _is_within(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if Decimal(row["per_request"]) > Decimal(other["per_request"]):
        return False
    if other["per_day"] is None:
        return True
    return row["per_day"] is not None and Decimal(row["per_day"]) <= Decimal(other["per_day"])


def _ceiling(row: State, other: State) -> tuple[Decimal, Decimal]:
    """At once, and in a day."""
    if row is None:
        at_once = from_minor(SHIPPED_CEILING_MINOR, (other or {})["currency"]).amount
        return at_once, at_once * SHIPPED_DAY_TIMES
    at_once, per_day = Decimal(row["amount"]), row.get("per_day")
    return at_once, at_once * SHIPPED_DAY_TIMES if per_day is None else Decimal(per_day)


def _loosens(before: State, after: State) -> bool:
    case = ("code", "currency", "kind", "client_id")
    if before is not None and after is not None and all(before[name] == after[name] for name in case):
        return _is_looser(after, before)
    # Another case is another policy: where one goes, any other may decide, and where one comes, any other did.
    policies = ApprovalPolicy.objects.filter(currency__in={each["currency"] for each in (before, after) if each})
    every = [state_of(ChangeKind.POLICY, row) for row in policies]
    others: list[Mapping[str, Any]] = [_WITHOUT_POLICY, *(row for row in every if row != before)]
    return (after is not None and any(_is_looser(after, other) for other in others)) or (
        before is not None and any(_is_looser(other, before) for other in others)
    )


def _is_looser(policy: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    alone, second = policy["auto_approve_up_to_minor"], policy["second_approval_above_minor"]
    if (alone or 0) > (than["auto_approve_up_to_minor"] or 0):
        return True
    before = than["second_approval_above_minor"]
    return before is not None and (second is None or second > before)


def raises_client_limits(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether an API client may issue more, at once or in a day."""
    limits = ("issue_limits", "issue_limits_per_day")
    named = {currency for each in (before, after) for name in limits for currency in each[name]}
    for currency in (*named, _OTHERS):
        for had, has in zip(_client_most(before, currency), _client_most(after, currency), strict=True):
            if had is not None and (has is None or has > had):
                return True
    return False


def widens_client(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What of an API client reaches further: from more places, more often, or for other tenants."""
    wider = [name for name in ("rate", "miss_limit") if _per_day(after[name]) > _per_day(before[name])]
    if before["networks"] and not _lie_within(after["networks"], before["networks"]):
        wider.append("networks")
    if before["tenant"] and after["tenant"] != before["tenant"]:
        wider.append("tenant")
    return wider


def _per_day(rate: str) -> int:
    read = parse_rate(rate)
    return read.most * (86_400 // read.period_seconds)


def _lie_within(networks: Iterable[str], others: Iterable[str]) -> bool:
    inner, outer = [ip_network(each) for each in networks], [ip_network(each) for each in others]
    return bool(inner) and all(
        any(each.version == other.version and each.subnet_of(other) for other in outer)  # type: ignore[arg-type]  # of one version
        for each in inner
    )


def _client_most(client: Mapping[str, Any], currency: str) -> tuple[int | None, int | None]:
    once, daily = client["issue_limits"], client["issue_limits_per_day"]
    if (once or daily) and currency not in once and currency not in daily:
        return (0, 0)
    return (once.get(currency), daily.get(currency))


def is_so(kind: str, subject_id: str, before: State) -> bool:
    """
    Whether what a change was asked on is so still; the row is locked. What a row could not say when it was asked, it
    does not say; and a change of a person that an earlier release asked says nothing of their address, or of whether
    they are active, and does nothing to them.
    """
    now = read_state(kind, subject_id, lock=True)
    if kind == ChangeKind.PERSON and now is not None and before is not None and before.keys() >= _ALWAYS_TOLD:
        now = {name: value for name, value in now.items() if name in before}
    if now is None or before is None or not kind_is_row(kind):
        return now == before
    return now == dict.fromkeys(now) | dict(before)
