"""What a list without rows says: that nothing is like what was asked for, or where its rows come from."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import ERROR_FLAG
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storecredit.backoffice.kit.parts import Button

#: Of each kind, where its rows come from.
_COME_FROM: dict[str, str | Promise] = {
    "audit.activity": gettext_lazy("Whatever anybody does is written down here, with what was there before it."),
    "ledger.customer": gettext_lazy("Add the first customer, or bring in all of them from a file."),
    "ledger.account": gettext_lazy("A customer’s first credit in a currency opens an account."),
    "ledger.transaction": gettext_lazy("Whatever moves money stands here. Begin with a customer, and issue credit."),
    "ledger.hold": gettext_lazy("Credit is set aside while a checkout is under way."),
    "ledger.bookrules": gettext_lazy("What is not decided here is as the shop was set up: nobody has changed it yet."),
    "checkouts.checkoutrules": gettext_lazy(
        "What is not decided here is as the shop was set up: nobody has changed it yet."
    ),
    "ledger.reason": gettext_lazy("Add the reasons for which credit is given and taken."),
    "giftcards.giftcard": gettext_lazy("Make a card, make a batch of them, or bring in those of another system."),
    "giftcards.cardbatch": gettext_lazy("A batch makes many cards at once, and their codes are taken out as a file."),
    "credits.creditrequest": gettext_lazy(
        "Requests come from order systems, from files, and from staff who may not issue as much as they want to."
    ),
    "credits.creditrequestbatch": gettext_lazy("A file of credit requests that is brought in is a batch."),
    "credits.customerrequest": gettext_lazy(
        "Merging customers, moving their credit and making them anonymous is asked for on a customer’s page."
    ),
    "credits.approvalpolicy": gettext_lazy("Without a policy every request waits for one approval."),
    "credits.issuelimit": gettext_lazy("Without a limit a role issues up to the shop’s ceiling."),
    "credits.approverlimit": gettext_lazy("Nobody approves requests until there is a limit for them or their role."),
    "checkouts.checkout": gettext_lazy("Shops’ checkouts that pay with credit stand here."),
    "checkouts.order": gettext_lazy("Orders that were paid with credit stand here."),
    "checkouts.creditdeduction": gettext_lazy("What the vendor’s orders took of credit stands here."),
    "checkouts.unreturnedcredit": gettext_lazy("Credit that could not go back to its account would wait here."),
    "checkouts.callouthold": gettext_lazy("What the vendor’s sessions set aside stands here."),
    "checkouts.webhookevent": gettext_lazy("What the vendor tells of its orders stands here."),
    "checkouts.webhooksecret": gettext_lazy(
        "Without a secret no event of the vendor is believed: add the one it gave."
    ),
    "finance.period": gettext_lazy("Open the first month that is to be closed: each later one follows by itself."),
    "finance.breakagerate": gettext_lazy("Without a rate no breakage is expected: what expires is booked as it does."),
    "finance.correction": gettext_lazy("What was wrong is asked to be put right from the page of an entry or account."),
    "finance.journalexport": gettext_lazy("A journal stands here once export_journal has written it."),
    "finance.reconciliationrun": gettext_lazy("Have the books proved, or compare somebody’s list with them."),
    "finance.reconciliationfinding": gettext_lazy("What a reconciliation finds stands here until it is explained."),
    "finance.generalledgerrule": gettext_lazy("Without rules no journal is exported: say where movements go."),
    "finance.generalledgeraccount": gettext_lazy("Add the accounts of your general ledger that rules lead to."),
    "api.apiclient": gettext_lazy("A shop or a till that uses the API is a client, and has keys of its own."),
    "backoffice.accesschange": gettext_lazy("What raises somebody’s rights or limits waits here for a second person."),
    "backoffice.importrun": gettext_lazy("Customers, cards, opening balances and requests are brought in as files."),
}
#: Where staff may begin, besides adding a row: the words, the icon, and the page of which they see the list.
_BEGIN_AT: dict[str, tuple[str | Promise, str, str]] = {
    "ledger.account": (gettext_lazy("Customers"), "group", "ledger.customer"),
    "ledger.transaction": (gettext_lazy("Customers"), "group", "ledger.customer"),
    "ledger.customer": (gettext_lazy("Imports"), "upload_file", "backoffice.importrun"),
    "giftcards.giftcard": (gettext_lazy("Imports"), "upload_file", "backoffice.importrun"),
    "credits.creditrequest": (gettext_lazy("Customers"), "group", "ledger.customer"),
    "credits.creditrequestbatch": (gettext_lazy("Imports"), "upload_file", "backoffice.importrun"),
}


@dataclass(frozen=True, slots=True)
class EmptyList:
    """What stands in the place of rows: what it is, what to do, and the ways there."""

    title: str
    words: str
    ways: list[Button]


def say_why_empty(request: HttpRequest, model_admin: Any) -> EmptyList:
    """Of a list that is narrowed the way to all of it; of one that has no rows where they come from."""
    asked = [name for name, value in request.GET.items() if value and not name.startswith("_") and name != ERROR_FLAG]
    if asked:
        return EmptyList(
            _("Nothing is like that"),
            _("No row of this list is what was asked for. Ask for less, or look at all of them."),
            [Button(_("Show everything"), request.path, "filter_list_off")],
        )
    # Some lists say what is so in numbers while they are empty.
    opts, say = model_admin.opts, getattr(model_admin, "say_when_empty", None)
    return EmptyList(
        _("Nothing here yet"),
        say() if say else str(_COME_FROM.get(opts.label_lower, "")),
        [*_list_adding(request, model_admin), *_list_beginnings(request, opts.label_lower)],
    )


def _list_adding(request: HttpRequest, model_admin: Any) -> list[Button]:
    if not model_admin.has_add_permission(request):
        return []
    opts = model_admin.opts
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
    return [Button(_("Add %(name)s") % {"name": opts.verbose_name}, url, "add")]


def _list_beginnings(request: HttpRequest, label: str) -> list[Button]:
    if label not in _BEGIN_AT:
        return []
    words, icon, other = _BEGIN_AT[label]
    app, name = other.split(".")
    user: Any = request.user
    if not user.has_perm(f"{app}.view_{name}"):
        return []
    return [Button(str(words), reverse(f"admin:{app}_{name}_changelist"), icon)]
