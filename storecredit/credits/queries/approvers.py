"""
Who may approve a request, and why a person may not, in words, before they try.

It needs as many different people as its policy says, and each a limit that reaches it. Nobody of them may have asked
for it, have changed whom it pays, stand or have stood behind the API client that asked, or have approved it already.

A request that fewer people can approve than it still needs would wait for ever, so whoever asks, and whoever sets the
limits and policies, is told so at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from ledger.money import from_minor, to_minor
from ledger.operations import Actor, ActorKind
from ledger.wording import amount_text
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    ClientPerson,
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    RequestEventKind,
    RequestStatus,
)
from storecredit.credits.queries.limits import Allowance, approvals_by, closest_policy, list_allowances
from storecredit.credits.querysets import CreditRequestQuerySet

#: The right that deciding needs, at every door.
DECIDE = "credits.decide_request"
_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"
_PENDING_LOOKED_AT = 1000


class Part(StrEnum):
    """What a person has done with a request that keeps them from approving it, in their words."""

    ASKED = "You asked for it yourself: somebody else has to approve it."
    BEHIND = "You stand or stood behind the API client that asked, or read a key of it: somebody else has to do it."
    REDIRECTED = "You changed whom it pays: somebody else has to approve it."
    APPROVED = "You have approved it already: another person's approval is needed."


@dataclass(frozen=True, slots=True)
class Approver:
    """
    A person who may approve requests in one currency, and the largest one, in minor units.

    :param clients: the API clients that they stand or stood behind, and for which they approve nothing.
    """

    person_id: int
    name: str
    most_minor: int
    clients: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chance:
    """How many approvals a pending request still needs, and the names of the people who may give one."""

    missing: int
    names: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether it would wait for ever as things stand."""
        return len(self.names) < self.missing

    @property
    def words(self) -> str:
        """Who may approve it, as a sentence."""
        who = " and ".join(filter(None, [", ".join(self.names[:-1]), *self.names[-1:]])) or "nobody"
        needed = "One more approval is" if self.missing == 1 else f"{self.missing} more approvals are"
        said = f"{needed} needed, and {who} can give {'one' if self.missing == 1 else 'them'}"
        if not self.is_none:
            return f"{said}."
        return f"{said}: it waits until a limit, a role or a policy is changed."


@dataclass(frozen=True, slots=True)
class Gap:
    """A policy that asks for more people than there are with a limit above its amount."""

    policy: ApprovalPolicy
    people: int


def list_approvers(*, currency: str) -> list[Approver]:
    """
    The people who may approve requests in a currency: the login is on, a role or their own rights let them decide, and
    they have a limit. What they have used of a day's limit does not count, for there is another day.
    """
    own: dict[int, int] = {}
    of_role: dict[int, int] = {}
    for limit in ApproverLimit.objects.filter(currency=currency):
        most = limit.per_request if limit.per_day is None else min(limit.per_request, limit.per_day)
        if limit.user_id is not None:
            own[limit.user_id] = to_minor(most)
        elif limit.group_id is not None:
            of_role[limit.group_id] = to_minor(most)
    if not own and not of_role:
        return []
    people = (
        get_user_model()
        .objects.with_perm(DECIDE, backend=_PASSWORDS_AND_ROLES)
        .filter(Q(pk__in=own) | Q(groups__in=of_role))
    )
    rows = people.order_by("username", "pk").distinct().values_list("pk", "username", "groups", "stands_behind__client")
    found: dict[int, Approver] = {}
    for person_id, name, group_id, client_id in rows:
        seen = found.get(person_id)
        most_minor = own.get(person_id, max(of_role.get(group_id, 0), seen.most_minor if seen else 0))
        clients = (seen.clients if seen else frozenset()) | ({client_id} - {None})
        found[person_id] = Approver(person_id, name, most_minor, clients)
    return list(found.values())


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
    barred, voted = _list_barred(pending), {} if just_asked else _list_voted(pending)
    return {
        request.pk: _chance(
            request, approvers[request.currency], closest_policy(policies, request), barred[request.pk], voted
        )
        for request in pending
    }


def find_hopeless_pending(*, currency: str) -> list[CreditRequest]:
    """The pending requests in a currency that nobody can bring to an approval, among the thousand that wait longest."""
    waiting = CreditRequest.objects.pending().filter(currency=currency)
    requests = list(waiting.order_by("created_at", "pk")[:_PENDING_LOOKED_AT])
    chances = get_chances(requests=requests)
    return [request for request in requests if chances[request.pk].is_none]


def list_gaps(*, currency: str) -> list[Gap]:
    """The policies in a currency whose second approval nobody could give: fewer than two people's limits reach it."""
    policies = ApprovalPolicy.objects.filter(currency=currency, second_approval_above_minor__isnull=False)
    people = list_approvers(currency=currency)
    counted = [
        (policy, sum(person.most_minor > (policy.second_approval_above_minor or 0) for person in people))
        for policy in policies.order_by("code", "pk")
    ]
    return [Gap(policy, reaching) for policy, reaching in counted if reaching < 2]


def list_approval_currencies() -> list[str]:
    """The currencies in which something waits for an approval, or a policy or a limit says who gives it."""
    waiting = CreditRequest.objects.pending()
    rows = (waiting, ApprovalPolicy.objects.all(), ApproverLimit.objects.all())
    return sorted(
        {currency for found in rows for currency in found.order_by().values_list("currency", flat=True).distinct()}
    )


def approval_warnings(*, currency: str) -> list[str]:
    """What whoever sets limits, policies and roles should know: in sentences, what can be approved by nobody now."""
    said = []
    for gap in list_gaps(currency=currency):
        above = amount_text(from_minor(gap.policy.second_approval_above_minor or 0, currency))
        people = f"{gap.people or 'no'} {'person' if gap.people == 1 else 'people'}"
        said.append(
            f"{gap.policy} asks for two approvals above {above}, and {people} with the right to decide "
            f"{'has' if gap.people == 1 else 'have'} a limit above that: such requests wait for ever."
        )
    if waiting := find_hopeless_pending(currency=currency):
        requests = "1 pending request" if len(waiting) == 1 else f"{len(waiting)} pending requests"
        said.append(f"Nobody can approve {requests} in {currency} as things stand, {waiting[0]} among them.")
    return said


def list_parts(*, requests: Collection[CreditRequest], person_id: int) -> Mapping[UUID, Part]:
    """
    What a person has had to do with each of these requests, where that keeps them from approving it.

    Who changed whom a request pays asks as much as who asked, whatever it pays now and whoever changed it since: what
    counts is that they changed it, not what became of it.
    """
    redirected = set(_redirections(requests).filter(person_id=person_id).values_list("request_id", flat=True))
    behind = _list_clients_of(requests, person_id)
    votes = CreditRequestVote.objects.filter(request__in=requests, person_id=person_id)
    voted = set(votes.values_list("request_id", "version"))
    parts = {}
    for request in requests:
        if request.requested_by_id == person_id:
            parts[request.pk] = Part.ASKED
        elif request.requested_client_id in behind:
            parts[request.pk] = Part.BEHIND
        elif request.pk in redirected:
            parts[request.pk] = Part.REDIRECTED
        elif (request.pk, request.version) in voted:
            parts[request.pk] = Part.APPROVED
    return parts


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
    return votes.exists()


def refuse_approval(*, request: CreditRequest, allowances: Sequence[Allowance], part: Part | None) -> str:
    """
    What stands against a person's approval of a request, as a sentence; empty if nothing does.

    :param part: what they have had to do with it, as `list_parts` says.
    """
    if request.status != RequestStatus.PENDING:
        return f"The request is {request.get_status_display().lower()}."
    if part is not None:
        return part.value
    return refuse_amount(amount_minor=request.amount_minor, currency=request.currency, allowances=allowances)


def refuse_amount(*, amount_minor: int, currency: str, allowances: Sequence[Allowance]) -> str:
    """What of a person's limits stands against an amount, as a sentence; empty if one limit allows it."""
    fitting = [allowance for allowance in allowances if allowance.currency == currency]
    if not fitting:
        return f"You have no limit for approving {currency}."
    if any(amount_minor <= allowance.most_minor for allowance in fitting):
        return ""
    per_request = max(allowance.per_request_minor for allowance in fitting)
    if amount_minor > per_request:
        most = amount_text(from_minor(per_request, currency))
        return f"{amount_text(from_minor(amount_minor, currency))} is above your limit of {most} a request."
    left = max(allowance.most_minor for allowance in fitting)
    return f"Of what you may approve today, {amount_text(from_minor(left, currency))} is left."


def list_decidable(*, person_id: int, now: datetime) -> CreditRequestQuerySet:
    """The pending requests that a person may approve now."""
    found: CreditRequestQuerySet = CreditRequest.objects.all()
    allowances = list_allowances(person_id=person_id, now=now)
    if not allowances:
        return found.none()  # every page of the admin asks, and most who may look into it have no limit
    within = Q()
    for allowance in allowances:
        within |= Q(currency=allowance.currency, amount_minor__lte=allowance.most_minor)
    return (
        found.pending()
        .not_of(person_id)
        .not_of_client_of(person_id, ClientPerson.objects.all())
        .not_redirected_by(person_id, CreditRequestEvent.objects.all())
        .without_vote_of(person_id, CreditRequestVote.objects.all())
        .filter(within)
    )


def _chance(
    request: CreditRequest,
    approvers: Iterable[Approver],
    policy: ApprovalPolicy | None,
    barred: set[int],
    voted: Mapping[tuple[UUID, int], set[int]],
) -> Chance:
    given = voted.get((request.pk, request.version), set())
    names = [
        person.name
        for person in approvers
        if person.most_minor >= request.amount_minor
        and person.person_id not in barred | given
        and request.requested_client_id not in person.clients
    ]
    needed = approvals_by(policy, request.amount_minor)
    return Chance(missing=max(needed - len(given), 0), names=tuple(names))


def _list_barred(requests: Collection[CreditRequest]) -> Mapping[UUID, set[int]]:
    """Of each request the people who asked for it, or ever changed whom it pays."""
    barred: dict[UUID, set[int]] = defaultdict(set)
    turned = _redirections(requests).filter(person__isnull=False)
    asked = ((request.pk, request.requested_by_id) for request in requests if request.requested_by_id is not None)
    for request_id, person_id in chain(asked, turned.values_list("request_id", "person_id")):
        barred[request_id].add(person_id)
    return barred


def _redirections(requests: Collection[CreditRequest]) -> QuerySet[CreditRequestEvent]:
    """Of each request the changes of whom it pays. In its first version it pays whom it was asked for."""
    return CreditRequestEvent.objects.filter(
        request__in=[request.pk for request in requests if request.version > 1], kind=RequestEventKind.PAYEE_CHANGED
    )


def _list_clients_of(requests: Collection[CreditRequest], person_id: int) -> set[int | None]:
    """Of the API clients that asked, those that this person stands or stood behind."""
    asking = {request.requested_client_id for request in requests} - {None}
    if not asking:
        return set()
    behind = ClientPerson.objects.filter(client__in=asking, person_id=person_id)
    return set(behind.values_list("client_id", flat=True))


def _list_voted(requests: Collection[CreditRequest]) -> Mapping[tuple[UUID, int], set[int]]:
    voted: dict[tuple[UUID, int], set[int]] = defaultdict(set)
    votes = CreditRequestVote.objects.filter(request__in=[request.pk for request in requests])
    for request_id, version, person_id in votes.values_list("request_id", "version", "person_id"):
        voted[request_id, version].add(person_id)
    return voted
