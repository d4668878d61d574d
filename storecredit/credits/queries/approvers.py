"""
Who may approve a request, and why a person may not, in words, before they try.

It needs as many different people as its policy says, and each a limit that reaches it. Nobody of them may have asked
for it, have changed whom it pays, stand or have stood behind the API client that asked, have approved it already, or be
the customer whom it pays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop, ngettext

from ledger.money import from_minor
from ledger.operations import Actor, ActorKind
from ledger.wording import amount_text
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    ClientPerson,
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    MoneyApproval,
    RequestEventKind,
    RequestStatus,
)
from storecredit.credits.queries.deciders import list_people_with
from storecredit.credits.queries.limits import (
    Allowance,
    allowances_by,
    approvals_by,
    closest_policy,
    is_within,
    list_allowances,
)
from storecredit.credits.queries.own import map_own_customers, pays_one_of, without_own
from storecredit.credits.querysets import CreditRequestQuerySet

_OF_A_PERSON = (
    "pk", "username", "first_name", "last_name", "groups", "groups__name", "stands_behind__client",
    "as_customer__customer_id", "as_customer__customer__merged_into_id",
)  # fmt: skip
#: The right that deciding needs, at every door.
DECIDE = "credits.decide_request"
_NAMES_SAID = 10


class Part(StrEnum):
    """What a person has done with a request that keeps them from approving it, in their words."""

    ASKED = gettext_noop("You asked for it yourself: somebody else has to approve it.")
    BEHIND = gettext_noop(
        "You stand or stood behind the API client that asked, or read a key of it: somebody else has to do it."
    )
    OWN = gettext_noop("It pays yourself as a customer: somebody else has to decide it.")
    REDIRECTED = gettext_noop("You changed whom it pays: somebody else has to approve it.")
    APPROVED = gettext_noop("You have approved it already: another person's approval is needed.")


@dataclass(frozen=True, slots=True)
class Approver:
    """
    A person who may approve requests in one currency.

    :param allowances: what their limits allow on a day on which they have approved nothing yet.
    :param clients: the API clients that they stand or stood behind, and for which they approve nothing.
    :param customers: the customers that they are themselves, whom they approve nothing for.
    """

    person_id: int
    name: str
    full_name: str = ""
    roles: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    clients: frozenset[int] = frozenset()
    customers: frozenset[int] = frozenset()

    @property
    def most_minor(self) -> int:
        """The largest amount that they may approve, in minor units."""
        return max(each.most_minor for each in self.allowances)


@dataclass(frozen=True, slots=True)
class Chance:
    """How many approvals a pending request still needs, and the people who may give one."""

    missing: int
    people: tuple[Approver, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The sign-in names of the people."""
        return tuple(person.name for person in self.people)

    @property
    def is_none(self) -> bool:
        """Whether it would wait for ever as things stand."""
        return len(self.people) < self.missing

    @property
    def words(self) -> str:
        """Who may approve it, as a sentence."""
        if not self.is_none:
            words = ngettext(
                "One more approval is needed, and %(who)s can give one.",
                "%(missing)s more approvals are needed, and %(who)s can give them.",
                self.missing,
            )
        else:
            words = ngettext(
                "One more approval is needed, and %(who)s can give one: it waits until a limit, a role or a policy is "
                "changed.",
                "%(missing)s more approvals are needed, and %(who)s can give them: it waits until a limit, a role or a "
                "policy is changed.",
                self.missing,
            )
        return words % {"missing": self.missing, "who": self._who}

    @property
    def _who(self) -> str:
        names = list(self.names[:_NAMES_SAID])
        if more := len(self.people) - len(names):
            names.append(gettext("%(count)s more") % {"count": more})
        *others, last = names or [gettext("nobody")]
        return gettext("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last} if others else last


def list_approvers(*, currency: str) -> list[Approver]:
    """
    The people who may approve requests in a currency: they can sign in, a role or their own rights let them decide, and
    they have a limit. What they have used of a day's limit does not count, for there is another day.
    """
    own: dict[int | None, list[ApproverLimit]] = defaultdict(list)
    of_role: dict[int | None, list[ApproverLimit]] = defaultdict(list)
    for limit in ApproverLimit.objects.filter(currency=currency):
        (own if limit.group_id is None else of_role)[limit.user_id or limit.group_id].append(limit)
    if not own and not of_role:
        return []
    rows = list_people_with(right=DECIDE).filter(Q(pk__in=own) | Q(groups__in=of_role)).distinct()
    named: dict[int, tuple[str, str]] = {}
    roles: dict[int, dict[int, str]] = defaultdict(dict)
    clients: dict[int, set[int]] = defaultdict(set)
    customers: dict[int, frozenset[int]] = {}
    for person_id, name, first, last, group_id, role, client_id, one, other in rows.values_list(*_OF_A_PERSON):
        named[person_id] = (name, f"{first} {last}".strip())
        roles[person_id] |= {group_id: role} if group_id else {}
        clients[person_id] |= {client_id} - {None}
        customers[person_id] = frozenset({one, other} - {None})
    return [
        Approver(
            person_id=person_id,
            name=name,
            full_name=full_name,
            roles=tuple(sorted(roles[person_id].values())),
            allowances=tuple(
                allowances_by([*own[person_id], *(row for role in roles[person_id] for row in of_role[role])], {})
            ),
            clients=frozenset(clients[person_id]),
            customers=customers[person_id],
        )
        for person_id, (name, full_name) in named.items()
    ]


def get_chances(*, requests: Collection[CreditRequest], just_asked: bool = False) -> Mapping[UUID, Chance]:
    """
    Of each pending request among these: what it still needs, and who may give it.

    :param just_asked: nobody has had the time to approve one, which spares looking.
    """
    pending = [request for request in requests if request.status == RequestStatus.PENDING]
    if not pending:
        return {}
    currencies = {request.currency for request in pending}
    approvers = {currency: list_approvers(currency=currency) for currency in currencies}
    policies = list(ApprovalPolicy.objects.filter(currency__in=currencies))
    ties = _Ties(_list_redirected(pending), {} if just_asked else _list_voted(pending))
    return {
        request.pk: _chance(request, approvers[request.currency], closest_policy(policies, request), ties)
        for request in pending
    }


def list_parts(
    *, requests: Collection[CreditRequest], person_id: int, looks_for_own: bool = True
) -> Mapping[UUID, Part]:
    """
    What a person has had to do with each of these requests, where that keeps them from approving it.

    :param looks_for_own: whether to see which of them pay the person themself; the database refuses those anyway.

    Who changed whom a request pays asks as much as who asked, whatever it pays now and whoever changed it since: what
    counts is that they changed it, not what became of it.
    """
    ties = _Ties(_list_redirected(requests, person_id), _list_voted(requests, person_id))
    clients = _list_clients_of(requests, person_id)
    own = map_own_customers(person_id=person_id).get(person_id, frozenset()) if looks_for_own else frozenset()
    found = {request.pk: _part_of(request, person_id, clients, own, ties) for request in requests}
    return {request_id: part for request_id, part in found.items() if part is not None}


def find_client_id(*, actor: Actor) -> int | None:
    """The API client that an actor is, None for one that is none."""
    if actor.kind != ActorKind.API or not actor.id.isdecimal():
        return None
    # By the field's own model: the clients are kept above the requests, which name them.
    clients = CreditRequest._meta.get_field("requested_client").related_model
    found: int | None = clients._default_manager.filter(pk=int(actor.id)).values_list("pk", flat=True).first()
    return found


def has_approved_for(*, client_id: int, person_id: int) -> bool:
    """Whether this person has ever approved what an API client asked for, and so never stands behind it."""
    votes = CreditRequestVote.objects.filter(request__requested_client_id=client_id, person_id=person_id)
    approvals = MoneyApproval.objects.filter(correction__asked_client_id=client_id, person_id=person_id)
    return votes.exists() or approvals.exists()


def has_stood_behind(*, client_id: int, person_id: int) -> bool:
    """Whether this person stands or stood behind an API client."""
    return ClientPerson.objects.filter(client_id=client_id, person_id=person_id).exists()


def may_approve(*, request: CreditRequest, allowances: Iterable[Allowance], part: Part | None) -> bool:
    """
    Whether a person may approve a request: the one rule, of which `refuse_approval` says the words.

    :param part: what they have had to do with it, as `list_parts` says.
    """
    return (
        request.status == RequestStatus.PENDING
        and part is None
        and is_within(amount_minor=request.amount_minor, currency=request.currency, allowances=allowances)
    )


def refuse_approval(*, request: CreditRequest, allowances: Sequence[Allowance], part: Part | None) -> str:
    """What stands against a person's approval of a request, as a sentence; empty if nothing does: see `may_approve`."""
    if may_approve(request=request, allowances=allowances, part=part):
        return ""
    if request.status != RequestStatus.PENDING:
        return gettext("The request is %(state)s.") % {"state": request.get_status_display().lower()}
    if part is not None:
        return gettext(part.value)
    return refuse_amount(amount_minor=request.amount_minor, currency=request.currency, allowances=allowances)


def refuse_amount(*, amount_minor: int, currency: str, allowances: Sequence[Allowance]) -> str:
    """What of a person's limits stands against an amount, as a sentence; empty if one limit allows it."""
    if is_within(amount_minor=amount_minor, currency=currency, allowances=allowances):
        return ""
    fitting = [allowance for allowance in allowances if allowance.currency == currency]
    if not fitting:
        return gettext("You have no limit for approving %(currency)s.") % {"currency": currency}
    per_request = max(allowance.per_request_minor for allowance in fitting)
    if amount_minor > per_request:
        most = amount_text(from_minor(per_request, currency))
        return gettext("%(amount_minor)s is above your limit of %(most)s a request.") % {
            "amount_minor": amount_text(from_minor(amount_minor, currency)),
            "most": most,
        }
    left = max(allowance.most_minor for allowance in fitting)
    return gettext("Of what you may approve today, %(left)s is left.") % {
        "left": amount_text(from_minor(left, currency))
    }


def list_decidable(*, person_id: int, now: datetime) -> CreditRequestQuerySet:
    """The pending requests that a person may approve now."""
    found: CreditRequestQuerySet = CreditRequest.objects.all()
    allowances = list_allowances(person_id=person_id, now=now)
    if not allowances:
        return found.none()  # every page of the admin asks, and most who may look into it have no limit
    within = Q()
    for allowance in allowances:
        within |= Q(currency=allowance.currency, amount_minor__lte=allowance.most_minor)
    decidable = (
        found.pending()
        .not_of(person_id)
        .not_of_client_of(person_id, ClientPerson.objects.all())
        .not_redirected_by(person_id, CreditRequestEvent.objects.all())
        .without_vote_of(person_id, CreditRequestVote.objects.all())
        .filter(within)
    )
    return without_own(decidable, person_id)


@dataclass(frozen=True, slots=True)
class _Ties:
    """
    What people did to some requests that keeps them from approving.

    :param redirected: by request, who ever changed whom it pays.
    :param voted: by request and version, who has approved it.
    """

    redirected: Mapping[UUID, set[int]]
    voted: Mapping[tuple[UUID, int], set[int]]

    def voters_of(self, request: CreditRequest) -> set[int]:
        """Who has approved its present version."""
        return self.voted.get((request.pk, request.version), set())


def _part_of(
    request: CreditRequest, person_id: int, clients: Collection[int | None], own: Collection[int], ties: _Ties
) -> Part | None:
    """What one person has had to do with one request."""
    if request.requested_by_id == person_id:
        return Part.ASKED
    if pays_one_of(request, own):
        return Part.OWN
    if request.requested_client_id is not None and request.requested_client_id in clients:
        return Part.BEHIND
    if person_id in ties.redirected.get(request.pk, ()):
        return Part.REDIRECTED
    if person_id in ties.voters_of(request):
        return Part.APPROVED
    return None


def _chance(
    request: CreditRequest, approvers: Iterable[Approver], policy: ApprovalPolicy | None, ties: _Ties
) -> Chance:
    people = tuple(
        person
        for person in approvers
        if may_approve(
            request=request,
            allowances=person.allowances,
            part=_part_of(request, person.person_id, person.clients, person.customers, ties),
        )
    )
    needed = approvals_by(policy, request.amount_minor)
    return Chance(missing=max(needed - len(ties.voters_of(request)), 0), people=people)


def _list_redirected(requests: Collection[CreditRequest], person_id: int | None = None) -> Mapping[UUID, set[int]]:
    """Of each request who ever changed whom it pays. In its first version it pays whom it was asked for."""
    changed = [request.pk for request in requests if request.version > 1]
    turned = CreditRequestEvent.objects.filter(
        request__in=changed, kind=RequestEventKind.PAYEE_CHANGED, person__isnull=False
    )
    redirected: dict[UUID, set[int]] = defaultdict(set)
    for request_id, turner_id in _by_one(turned, person_id).values_list("request_id", "person_id"):
        redirected[request_id].add(turner_id)
    return redirected


def _list_voted(
    requests: Collection[CreditRequest], person_id: int | None = None
) -> Mapping[tuple[UUID, int], set[int]]:
    voted: dict[tuple[UUID, int], set[int]] = defaultdict(set)
    votes = CreditRequestVote.objects.filter(request__in=[request.pk for request in requests])
    for request_id, version, voter_id in _by_one(votes, person_id).values_list("request_id", "version", "person_id"):
        voted[request_id, version].add(voter_id)
    return voted


def _by_one(rows: QuerySet[Any], person_id: int | None) -> QuerySet[Any]:
    """Those of one person; None: of everybody."""
    return rows if person_id is None else rows.filter(person_id=person_id)


def _list_clients_of(requests: Collection[CreditRequest], person_id: int) -> set[int | None]:
    """Of the API clients that asked, those that this person stands or stood behind."""
    asking = {request.requested_client_id for request in requests} - {None}
    if not asking:
        return set()
    behind = ClientPerson.objects.filter(client__in=asking, person_id=person_id)
    return set(behind.values_list("client_id", flat=True))
