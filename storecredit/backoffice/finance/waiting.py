"""What else waits on the overview for whoever is signed in, besides credit requests: one line a kind."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from storecredit.backoffice.approvals.waiting import Hint
from storecredit.backoffice.changes.deciding import list_deciders
from storecredit.backoffice.finance.finding_steps import DECIDE
from storecredit.backoffice.models import AccessChange, ChangeState, NoticeKind
from storecredit.backoffice.notices.finance import OF_MONEY, list_waiting, may_approve
from storecredit.finance.queries import list_undecided

_MOST_COUNTED = 99


def find_finding_hints(request: HttpRequest) -> list[Hint]:
    """The findings that nobody has explained or corrected, for whoever may; from a hundred on nobody counts further."""
    user: Any = request.user
    if not user.has_perm(DECIDE):
        return []
    count = list_undecided()[: _MOST_COUNTED + 1].count()
    if not count:
        return []
    words = ngettext(
        "A finding of a reconciliation is open.", "%(count)s findings of reconciliations are open.", count
    ) % {"count": count}
    if count > _MOST_COUNTED:
        words = gettext("More than %(count)s findings of reconciliations are open.") % {"count": _MOST_COUNTED}
    url = f"{reverse('admin:finance_reconciliationfinding_changelist')}?state=waiting"
    return [Hint(count=count, words=words, url=url)]


def find_approval_hints(request: HttpRequest) -> list[Hint]:
    """Months, corrections, breakage rates, customers and access: what this very person may approve now."""
    user: Any = request.user
    now = timezone.now()
    found: list[Hint] = []
    for kind, (_name, right) in OF_MONEY.items():
        if user.has_perm(right):
            count = _count(may_approve(thing, user.pk, now) for thing in list_waiting(kind)[: _MOST_COUNTED + 1])
            found += [Hint(count, _words(kind, count), reverse(_LISTS[kind]))] if count else []
    changes = AccessChange.objects.filter(state=ChangeState.WAITING).order_by("pk")
    if user.has_perm("backoffice.view_accesschange"):
        count = _count(user.pk in {each.pk for each in list_deciders(change=change)} for change in changes)
        url = reverse("admin:backoffice_accesschange_changelist")
        found += [Hint(count, _words(NoticeKind.CHANGE, count), url)] if count else []
    return found


_LISTS = {
    NoticeKind.CLOSING: "admin:finance_period_changelist",
    NoticeKind.CORRECT: "admin:finance_correction_changelist",
    NoticeKind.RATE: "admin:finance_breakagerate_changelist",
    NoticeKind.CUSTOMER: "admin:credits_customerrequest_changelist",
}


def _count(those: Iterable[bool]) -> int:
    return sum(those)


def _words(kind: NoticeKind, count: int) -> str:
    """The same words as in a mail."""
    said = {
        NoticeKind.CLOSING: ngettext(
            "%(count)s month waits for your approval", "%(count)s months wait for your approval", count
        ),
        NoticeKind.CORRECT: ngettext(
            "%(count)s correction waits for your approval", "%(count)s corrections wait for your approval", count
        ),
        NoticeKind.RATE: ngettext(
            "%(count)s breakage rate waits for your approval",
            "%(count)s breakage rates wait for your approval",
            count,
        ),
        NoticeKind.CUSTOMER: ngettext(
            "%(count)s request about a customer waits for your approval",
            "%(count)s requests about customers wait for your approval",
            count,
        ),
        NoticeKind.CHANGE: ngettext(
            "%(count)s change of access waits for your approval",
            "%(count)s changes of access wait for your approval",
            count,
        ),
    }
    return said[kind] % {"count": count}
