"""
Who may decide what waits for a second person: the one rule by which they are told, named and let.

They can sign in to the back office, have the right to decide such things and may see the page on which it is done, did
not ask for it, and nothing of this very thing keeps them from it. Superusers have every right and no limit of their
own. What somebody has used of their day's limit keeps them from deciding today; told and named they are all the same,
for there is another day.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from storecredit.credits.models import ApprovalPolicy, ClientPerson
from storecredit.credits.queries.limits import (
    Allowance,
    allowances_by,
    is_within,
    list_allowances,
    list_limits,
    list_policies,
)
from storecredit.credits.queries.own import map_own_customers

_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"


def list_people_with(*, right: str) -> QuerySet[Any]:
    """Those who can sign in to the back office and have a right, superusers among them, by their sign-in names."""
    people: Any = get_user_model().objects
    return people.with_perm(right, backend=_PASSWORDS_AND_ROLES).filter(is_staff=True).order_by("username", "pk")


def list_roles(person: Any) -> frozenset[int]:
    """The keys of the roles that a person has."""
    return frozenset(person.groups.values_list("pk", flat=True))


@dataclass
class Decider:
    """
    A person who might decide, on one day.

    What their limits allow, what policies say and what the person has to do with is asked once, however much waits.

    :param now: the moment, by which counts what they have approved on that day; None: on a day that has just begun.
    """

    person: Any
    now: datetime | None = None
    _allowances: dict[str, list[Allowance]] = field(default_factory=dict)
    _policies: dict[str, list[ApprovalPolicy]] = field(default_factory=dict)

    @cached_property
    def roles(self) -> frozenset[int]:
        """The keys of the roles that they have."""
        return list_roles(self.person)

    @cached_property
    def clients(self) -> frozenset[int]:
        """The API clients that they stand or stood behind."""
        behind = ClientPerson.objects.filter(person_id=self.person.pk)
        return frozenset(behind.values_list("client_id", flat=True))

    @cached_property
    def customers(self) -> frozenset[int]:
        """The customers that they are themselves: of those they decide nothing."""
        return map_own_customers(person_id=self.person.pk).get(self.person.pk, frozenset())

    def policies(self, currency: str) -> list[ApprovalPolicy]:
        """Those of a currency."""
        if currency not in self._policies:
            self._policies[currency] = list_policies(currency=currency)
        return self._policies[currency]

    def is_within(self, currency: str, minor: int) -> bool:
        """Whether their limits let them approve this amount."""
        if currency not in self._allowances:
            self._allowances[currency] = self._list_allowances(currency)
        return is_within(amount_minor=minor, currency=currency, allowances=self._allowances[currency])

    def has_approved(self, about: Any) -> bool:
        """Whether one of the approvals that it has already is theirs."""
        return any(each.person_id == self.person.pk for each in about.approvals.all())

    def _list_allowances(self, currency: str) -> list[Allowance]:
        if self.now is not None:
            return list_allowances(person_id=self.person.pk, now=self.now, currency=currency)
        rows = list_limits(person_id=self.person.pk)
        return allowances_by([row for row in rows if row.currency == currency], {})


@dataclass(frozen=True, slots=True)
class Deciding:
    """
    Who may decide one kind of thing that waits.

    :param rights: those with which people decide such things.
    :param page: the page on which they do, by its name: `finance_correction`.
    :param asked_by: the column of the person who asked for it, who never decides it.
    :param is_open_to: whether anybody else who has the right may decide this very thing.
    :param right: the one that deciding this very thing needs, if there are several.
    """

    rights: frozenset[str]
    page: str
    asked_by: str
    is_open_to: Callable[[Any, Decider], bool] = lambda thing, decider: True
    right: Callable[[Any], str] | None = None

    def right_for(self, thing: Any) -> str:
        """The right that deciding this very thing needs."""
        return self.right(thing) if self.right is not None else min(self.rights)

    def could_be_for(self, person: Any) -> bool:
        """Whether things of this kind are anything that a person decides."""
        return self._may_see(person) and any(person.has_perm(right) for right in self.rights)

    def may(self, thing: Any, decider: Decider) -> bool:
        """Whether somebody may decide this very thing."""
        person = decider.person
        can_enter = person.is_active and person.is_staff and self._may_see(person)
        return can_enter and bool(person.has_perm(self.right_for(thing))) and self._is_theirs(thing, decider)

    def list_candidates(self, thing: Any) -> list[Decider]:
        """All who have the rights that it takes, on a day that has just begun."""
        seeing = Q(pk__in=list_people_with(right=self._see("view")).values("pk"))
        seeing |= Q(pk__in=list_people_with(right=self._see("change")).values("pk"))
        return [Decider(person) for person in list_people_with(right=self.right_for(thing)).filter(seeing)]

    def list_deciders(self, thing: Any, candidates: list[Decider] | None = None) -> list[Any]:
        """
        The people who may decide this very thing, by their sign-in names.

        :param candidates: who has the rights, if they are at hand: of many things they are asked for once.
        """
        if candidates is None:
            candidates = self.list_candidates(thing)
        return [decider.person for decider in candidates if self._is_theirs(thing, decider)]

    def _is_theirs(self, thing: Any, decider: Decider) -> bool:
        return getattr(thing, self.asked_by) != decider.person.pk and self.is_open_to(thing, decider)

    def _may_see(self, person: Any) -> bool:
        return any(person.has_perm(self._see(doing)) for doing in ("view", "change"))

    def _see(self, doing: str) -> str:
        app, _, model = self.page.partition("_")
        return f"{app}.{doing}_{model}"
