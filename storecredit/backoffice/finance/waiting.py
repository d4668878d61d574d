"""The findings that wait, on the overview."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from storecredit.backoffice.approvals.waiting import MOST_COUNTED, Hint
from storecredit.backoffice.finance.finding_steps import DECIDE
from storecredit.finance.queries import list_undecided


def find_finding_hints(request: HttpRequest) -> list[Hint]:
    """The findings that nobody has explained or corrected, for whoever may; from a hundred on nobody counts further."""
    user: Any = request.user
    if not user.has_perm(DECIDE):
        return []
    count = list_undecided()[: MOST_COUNTED + 1].count()
    if not count:
        return []
    words = ngettext(
        "A finding of a reconciliation is open.", "%(count)s findings of reconciliations are open.", count
    ) % {"count": count}
    if count > MOST_COUNTED:
        words = gettext("More than %(count)s findings of reconciliations are open.") % {"count": MOST_COUNTED}
    url = f"{reverse('admin:finance_reconciliationfinding_changelist')}?state=waiting"
    return [Hint(count=count, words=words, url=url)]
