"""
Staff issue credit by themselves up to their role's limit, at once and in a day. More becomes a request that somebody
else approves.

A step says so before, on its form and in its review, and after, with a link to the request. The shop's
ceiling holds for everybody.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from moneyed import Money

from ledger.errors import DomainError
from ledger.wording import amount_text
from storecredit.backoffice.approvals.steps import ASK, person_of, request_facts, staff_party
from storecredit.backoffice.approvals.twins import find_twins
from storecredit.backoffice.approvals.ways_out import is_above_limit, leave_to_another, leave_to_who_asks, wait
from storecredit.backoffice.approvals.words import request_url
from storecredit.backoffice.kit import (
    AlreadyDone,
    Change,
    ConfirmStep,
    Fact,
    Outcome,
    Review,
    Twin,
    alternatives,
    audit,
    confirmation_mark,
    day_text,
    kept_in_records,
    phrase,
)
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.operations import NewRequest, Order, OrderKind, last_day, lock_person, request_credits
from storecredit.credits.queries import (
    CreditRequest,
    GivingDay,
    Receiver,
    get_chances,
    get_giving_day,
    get_limit_at_once,
    get_request,
    list_giving_days,
    list_issue_limits,
)

_LONGEST_ORDER_NUMBER = 64


class OrderNumberTooLong(DomainError):
    """A request keeps shorter order numbers than a transaction keeps references."""

    code = "order_number_too_long"

    def __init__(self) -> None:
        super().__init__(
            gettext("For a request it has at most %(count)s characters.") % {"count": _LONGEST_ORDER_NUMBER}
        )


@dataclass(frozen=True, slots=True)
class _Above:
    """The limit that an amount is above: that of one giving, or that of the day."""

    at_once: Money | None
    in_a_day: Money | None = None

    @property
    def words(self) -> str:
        """How much it is."""
        if self.at_once is not None:
            return amount_text(self.at_once)
        assert self.in_a_day is not None
        return gettext("%(amount)s a day") % {"amount": amount_text(self.in_a_day)}

    @property
    def fact(self) -> str:
        """Why it is asked for, with places for `amount` and `limit`."""
        if self.at_once is not None:
            return gettext(
                "%(amount)s is above your limit of %(limit)s. Nothing is issued before somebody else approves it."
            )
        return gettext(
            "%(amount)s and what you gave today are above your limit of %(limit)s. Nothing is issued before somebody "
            "else approves it."
        )

    @property
    def message(self) -> str:
        """That it is asked for, with places for `amount`, `limit` and `request`."""
        if self.at_once is not None:
            return gettext(
                "{amount} is above your limit of {limit}: it is asked for as {request} and waits for somebody else’s "
                "approval. Nothing is issued yet."
            )
        return gettext(
            "{amount} and what you gave today are above your limit of {limit}: it is asked for as {request} and waits "
            "for somebody else’s approval. Nothing is issued yet."
        )

    def refusal(self, amount: Money) -> DomainError:
        """For whoever cannot ask."""
        if self.at_once is not None:
            return IssueLimitExceeded(amount=amount, limit=self.at_once)
        assert self.in_a_day is not None
        return DayIssueLimitExceeded(amount=amount, limit=self.in_a_day)


class LimitedStep(ConfirmStep):
    """Gives credit, as much at once as the role's limit allows."""

    @cached_property
    def limits(self) -> dict[str, Money]:
        """
        The most that the roles of whoever is signed in let them issue at once, by currency. Without any entry the
        shop's ceiling is their limit; with one nothing is issued in a currency that has none.
        """
        found = list_issue_limits(person_id=person_of(self.request))
        return {limit.currency.code: limit for limit in found}

    def exceeded(self, amount: Money) -> Money | None:
        """The limit that an amount is above, if it is."""
        limit = self.limit_in(amount.currency.code)
        return limit if amount > limit else None

    def limit_in(self, currency: str) -> Money:
        """The most that may be issued at once in this currency."""
        return get_limit_at_once(person_id=person_of(self.request), currency=currency, limits=self.limits.values())

    def exceeded_in_day(self, amount: Money, *, test_mode: bool, now: datetime) -> Money | None:
        """The limit of the day that an amount is above with what was given today, if it is."""
        day = self.day_in(amount.currency.code, test_mode=test_mode, now=now)
        return day.limit if amount > day.left else None

    def day_in(self, currency: str, *, test_mode: bool, now: datetime) -> GivingDay:
        """What whoever is signed in gives alone today in a currency."""
        return get_giving_day(person_id=person_of(self.request), currency=currency, test_mode=test_mode, now=now)

    def left_words(self, currency: str = "") -> str:
        """What is left of the day, in one currency or all that the person has a limit in."""
        if currency:
            is_test = bool(getattr(self.target, "test_mode", False))
            days = [self.day_in(currency, test_mode=is_test, now=timezone.now())]
        else:
            days = list_giving_days(person_id=person_of(self.request), now=timezone.now())
        left = alternatives(amount_text(day.left) for day in days)
        return gettext("Today you can still give %(left)s by yourself.") % {"left": left}

    def require_within(self, amount: Money) -> None:
        """
        For what cannot be asked for.

        :raises IssueLimitExceeded: if it is above the limit.
        """
        self.require_at_most(amount, self.limit_in(amount.currency.code))

    @staticmethod
    def require_at_most(amount: Money, limit: Money) -> None:
        """
        For what cannot be asked for, and has a limit of its own.

        :raises IssueLimitExceeded: if it is above the limit.
        """
        if amount > limit:
            raise IssueLimitExceeded(amount=amount, limit=limit)

    def refuse_giving_back(self, amount: Money) -> str:
        """Why so much of what was taken is not given back by one person, as a sentence; blank if it is."""
        if (limit := self.exceeded(amount)) is None:
            return ""
        words = gettext("it gives back more than the %(limit)s that you give by yourself: ask for a correction.")
        return words % {"limit": amount_text(limit)}

    def limit_words(self, currency: str = "") -> str:
        """The limits in words: of one currency, or all of them."""
        currencies = [currency] if currency else self.limits or [settings.DEFAULT_CURRENCY]
        return alternatives(amount_text(self.limit_in(each)) for each in currencies)


class AskingStep(LimitedStep):
    """Gives credit, or above the limit asks for it."""

    asks = False

    # What a subclass says

    def wanted_amount(self, data: dict[str, Any]) -> Money:
        """How much is to be given."""
        raise NotImplementedError

    def wanted(self, data: dict[str, Any], amount: Money) -> NewRequest:
        """What is asked for in its place."""
        raise NotImplementedError

    def is_test(self, data: dict[str, Any]) -> bool:
        return bool(self.target.test_mode)

    def known_currency(self) -> str:
        """The currency, if the form does not ask for it."""
        return ""

    def receiver(self, data: dict[str, Any]) -> Receiver | None:
        """Who is given it, if anybody is named."""
        raise NotImplementedError

    def made(self, outcome: Outcome) -> list[UUID]:
        """The entries and requests that the step itself has made."""
        return [outcome.record.pk]

    def give(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        """Do it at once: it is within the limit."""
        return super().perform(data, token, now)

    def find_given(self, token: str) -> str | None:
        """Where the giving that left this token led."""
        return super().find_done(token)

    def show_given(self, outcome: Outcome) -> HttpResponse:
        """What is shown once it is given."""
        return super().show_outcome(outcome)

    def asked_url(self, request: CreditRequest) -> str:
        """Where it leads to have asked."""
        return self.admin.page_url(self.target)

    # How it goes

    def explain(self) -> str:
        currency = self.known_currency()
        told = gettext(
            "You issue up to %(limits)s at once by yourself; more becomes a request that somebody else approves."
        )
        if self.limits and not currency:
            told = gettext(
                "You issue up to %(limits)s at once by yourself; more, or another currency, becomes a request that "
                "somebody else approves."
            )
        return f"{super().explain()} {told % {'limits': self.limit_words(currency)}} {self.left_words(currency)}"

    @property
    def button_label(self) -> str:
        return gettext("Ask for approval") if self.asks else super().button_label

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        amount = self.wanted_amount(data)
        limit, day_limit = self.exceeded(amount), None
        if limit is None:
            day_limit = self.exceeded_in_day(amount, test_mode=self.is_test(data), now=now)
        if limit is None and day_limit is None:
            return self.give(data, token, now)
        self.asks = True
        return self._ask(data, amount, _Above(limit, day_limit), token, now)

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        if not is_above_limit(error):
            return []
        return [*leave_to_who_asks(self.request, self.permission), *wait(error)] or leave_to_another()

    def _ask(self, data: dict[str, Any], amount: Money, above: "_Above", token: str, now: datetime) -> Outcome:
        # A second click on the same review waits here, and then finds the request.
        lock_person(person_id=person_of(self.request))
        if self._find_asked(token):
            raise AlreadyDone(gettext("This was done already."))
        user: Any = self.request.user
        if not user.has_perm(ASK):
            raise above.refusal(amount)
        number = data.get("reference", "").strip()
        if len(number) > _LONGEST_ORDER_NUMBER:
            raise OrderNumberTooLong
        made = request_credits(
            order=Order(kind=OrderKind.NUMBER, value=number) if number else Order(),
            wanted=[self.wanted(data, amount)],
            party=staff_party(self.request),
            now=now,
            test_mode=self.is_test(data),
        )[0].request
        request = get_request(request_id=made.pk)
        told = {"amount": amount_text(amount), "limit": above.words}
        chance = get_chances(requests=[request], just_asked=True)[request.pk]
        with kept_in_records():
            said = gettext("Asked for: above the limit of %(limit)s") % {"limit": above.words}
        audit(self.request, request, said, mark=confirmation_mark(token))
        return Outcome(
            review=Review(
                changes=[Change(gettext("Credit request"), "–", gettext("waits for approval"))],
                facts=[
                    Fact(
                        gettext("Above your limit"),
                        above.fact % told,
                    ),
                    Fact(gettext("Who can approve it"), chance.words),
                    *request_facts(request),
                    Fact(gettext("Counts as"), request.reason.get_funding_display()),
                    *self.more_facts(request, now),
                ],
            ),
            record=request,
            url=self.asked_url(request),
            message=phrase(
                format_html(
                    above.message,
                    request=format_html('<a class="underline" href="{}">{}</a>', request_url(request), str(request)),
                    **told,
                ),
                chance.words if chance.is_none else "",
            ),
        )

    def find_twins(self, data: dict[str, Any], outcome: Outcome, now: datetime) -> list[Twin]:
        receiver = self.receiver(data)
        if receiver is None:
            return []
        return find_twins(receiver=receiver, amount=self.wanted_amount(data), now=now, besides=self.made(outcome))

    def more_facts(self, request: CreditRequest, now: datetime) -> list[Fact]:
        return [Fact(gettext("Good through"), day_text(last_day(request, now)))]

    def find_done(self, token: str) -> str | None:
        return self.find_given(token) or self._find_asked(token)

    def _find_asked(self, token: str) -> str | None:
        asked = LogEntry.objects.filter(
            user_id=person_of(self.request),
            content_type=ContentType.objects.get_for_model(CreditRequest),
            change_message__endswith=confirmation_mark(token),
        ).first()
        return reverse("admin:credits_creditrequest_change", args=[asked.object_id]) if asked else None

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        # A step that has its own way to show what it gave has given nothing here.
        return ConfirmStep.show_outcome(self, outcome) if self.asks else self.show_given(outcome)
