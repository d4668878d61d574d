"""What else somebody can do where a limit of theirs refuses what they give: only what really works is named."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ledger.errors import DomainError
from storecredit.backoffice.approvals.steps import ASK
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.queries import list_people_with

_ASK_CORRECTION = "finance.ask_correction"


def is_above_limit(error: DomainError | None) -> bool:
    """Whether it is a person's limit that refuses, at once or of the day."""
    return isinstance(error, IssueLimitExceeded | DayIssueLimitExceeded)


def link_to_step(
    request: HttpRequest, target: Any, slug: str, permission: str, *, named: str, sentence: str
) -> list[SafeString]:
    """
    A sentence that leads to a step of a page; none for whoever may not take it.

    :param sentence: with a place for the `link`, which is `named`.
    """
    user: Any = request.user
    if not user.has_perm(permission):
        return []
    url = reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_{slug}", args=[target.pk])
    return [format_html(sentence, link=format_html('<a class="underline" href="{}">{}</a>', url, named))]


def ask_correction(request: HttpRequest, target: Any, what: str = "") -> list[SafeString]:
    """
    To have it put right by a correction of an account or an entry.

    :param what: what the correction does more than was wanted, as a sentence.
    """
    told = link_to_step(
        request,
        target,
        "ask-correction",
        _ASK_CORRECTION,
        named=gettext("Ask for a correction"),
        sentence=gettext("{link}: somebody else approves it."),
    ) or [SafeString(gettext("Whoever may ask for corrections can ask for it; somebody else approves it."))]
    return [format_html("{} {}", told[0], what)] if what else told


def leave_to_who_asks(request: HttpRequest, permission: str) -> list[SafeString]:
    """
    That a colleague who may ask takes this very step, above whose limit it then waits; none if there is nobody.

    :param permission: what the step takes.
    """
    asking = list_people_with(right=ASK).exclude(pk=request.user.pk).values("pk")
    if not list_people_with(right=permission).filter(pk__in=asking).exists():
        return []
    return [SafeString(gettext("A colleague who may ask for credit can do it here: somebody else then approves it."))]


def wait(error: DomainError | None) -> list[SafeString]:
    """To wait until tomorrow, where nothing but today is in the way."""
    if isinstance(error, DayIssueLimitExceeded) and error.amount <= error.limit:
        return [SafeString(gettext("Tomorrow you can do it by yourself."))]
    return []


def leave_to_another() -> list[SafeString]:
    """Where nothing else is left."""
    return [SafeString(gettext("A colleague whose limit is higher can do it."))]
