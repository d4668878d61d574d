"""How the admin looks, and the way through it. Nobody is shown an entry that would refuse them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _may_see_clients(request: HttpRequest) -> bool:
    return bool(import_string("storecredit.backoffice.access.clients.may_see_clients")(request))


def _entry(title: str, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


def _stylesheet(request: HttpRequest) -> str:
    return static("backoffice/backoffice.css")


def _card_stylesheet(request: HttpRequest) -> str:
    return static("backoffice/cards.css")


def _paper_stylesheet(request: HttpRequest) -> str:
    return static("backoffice/paper.css")


def _reach_stylesheet(request: HttpRequest) -> str:
    return static("backoffice/reach.css")


def _reach_script(request: HttpRequest) -> str:
    return static("backoffice/reach.js")


def _icon(request: HttpRequest) -> str:
    return static("backoffice/icon.svg")


def _marker(request: HttpRequest) -> list[str] | None:
    return None if settings.HTTPS_ONLY else [gettext("Not for production"), "warning"]


def _requests(request: HttpRequest) -> dict[str, Any]:
    """The inbox, with the number of those that wait for whoever looks; without one if none does."""
    entry = _entry(gettext("Credit requests"), "approval", "credits.creditrequest")
    # What somebody asked for has an entry of its own, though its address begins like this one's.
    is_mine = request.path.startswith(reverse("admin:credits_creditrequest_mine"))
    entry["active"] = request.path.startswith(str(entry["link"])) and not is_mine
    return _with_badge(entry, import_string("storecredit.backoffice.approvals.waiting.show_badge")(request))


def _waits_for_you(request: HttpRequest) -> dict[str, Any]:
    """One list of all that waits for whoever looks, with its number."""
    entry = {
        "title": gettext("Waits for you"),
        "icon": "inbox",
        "link": reverse("admin:waiting"),
        "permission": import_string("storecredit.backoffice.waiting.pages.may_decide_anything"),
    }
    return _with_badge(entry, _count_waiting(request))


def _count_waiting(request: HttpRequest, *kind: str) -> str:
    count: str = import_string("storecredit.backoffice.waiting.pages.show_badge")(request, *kind)
    return count


def _with_badge(entry: dict[str, Any], waiting: str) -> dict[str, Any]:
    return {**entry, "badge": waiting, "badge_variant": "warning"} if waiting else entry


def _access_changes(request: HttpRequest) -> dict[str, Any]:
    """What waits for a second administrator, with the number of what waits for whoever looks."""
    entry = _entry(gettext("Access changes"), "how_to_reg", "backoffice.accesschange")
    return _with_badge(entry, _count_waiting(request, "CHANGE"))


def _about_customers(request: HttpRequest) -> dict[str, Any]:
    """What is asked for about customers, with the number of those that wait for whoever looks."""
    entry = _entry(gettext("Customer requests"), "group_add", "credits.customerrequest")
    return _with_badge(entry, _count_waiting(request, "CUSTOMER"))


def _breakage(request: HttpRequest) -> dict[str, Any]:
    """The rates, and what came of them, which is a page of its own."""
    entry = _entry(gettext("Breakage rates"), "percent", "finance.breakagerate")
    entry["active"] = request.path.startswith((str(entry["link"]), reverse("admin:finance_breakage")))
    return entry


def _my_requests() -> dict[str, Any]:
    """What whoever looks has asked for."""
    return {
        "title": _("My requests"),
        "icon": "front_hand",
        "link": reverse("admin:credits_creditrequest_mine"),
        "permission": lambda request: import_string("storecredit.backoffice.approvals.mine.may_ask")(request),
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "items": [
                {"title": gettext("Overview"), "icon": "dashboard", "link": reverse("admin:index")},
                _waits_for_you(request),
            ]
        },
        {
            "title": gettext("Customers"),
            "items": [
                _entry(gettext("Customers"), "group", "ledger.customer"),
                _entry(gettext("Accounts"), "account_balance_wallet", "ledger.account"),
            ],
        },
        {
            "title": gettext("Gift cards"),
            "items": [
                _entry(gettext("Gift cards"), "redeem", "giftcards.giftcard"),
                _entry(gettext("Card batches"), "stacks", "giftcards.cardbatch"),
            ],
        },
        {
            "title": gettext("Approvals"),
            "items": [
                _requests(request),
                _my_requests(),
                _about_customers(request),
                _entry(gettext("Credit request batches"), "stacks", "credits.creditrequestbatch"),
                _entry(gettext("Approval policies"), "policy", "credits.approvalpolicy"),
                _entry(gettext("Issue limits"), "production_quantity_limits", "credits.issuelimit"),
                _entry(gettext("Issue ceilings"), "vertical_align_top", "credits.issueceiling"),
                _entry(gettext("Approver limits"), "how_to_reg", "credits.approverlimit"),
            ],
        },
        {
            "title": gettext("Checkouts"),
            "items": [
                _entry(gettext("Orders"), "shopping_bag", "checkouts.order"),
                _entry(gettext("Checkouts"), "shopping_cart", "checkouts.checkout"),
                _entry(gettext("Vendor deductions"), "storefront", "checkouts.creditdeduction"),
                _entry(gettext("Vendor session holds"), "hourglass_top", "checkouts.callouthold"),
                _entry(gettext("Unreturned credit"), "assignment_return", "checkouts.unreturnedcredit"),
                _entry(gettext("Webhook events"), "webhook", "checkouts.webhookevent"),
                _entry(gettext("Webhook secrets"), "key_vertical", "checkouts.webhooksecret"),
                _entry(gettext("Rules of the checkout"), "gavel", "checkouts.checkoutrules"),
            ],
        },
        {
            "title": gettext("Books"),
            "items": [
                _entry(gettext("Transactions"), "receipt_long", "ledger.transaction"),
                _entry(gettext("Holds"), "hourglass_top", "ledger.hold"),
                _entry(gettext("Reasons"), "label", "ledger.reason"),
                _entry(gettext("Rules of the books"), "gavel", "ledger.bookrules"),
                _entry(gettext("Imports"), "upload_file", "backoffice.importrun"),
            ],
        },
        {
            "title": gettext("Finance"),
            "items": [
                {
                    "title": gettext("What is owed"),
                    "icon": "balance",
                    "link": reverse("admin:finance"),
                    "permission": _may("finance.view_reports"),
                    # Others have entries of their own, though their addresses begin like this one's.
                    "active": request.path in (reverse("admin:finance"), reverse("admin:finance_entries")),
                },
                {
                    "title": gettext("Who is owed"),
                    "icon": "groups",
                    "link": reverse("admin:finance_holders"),
                    "permission": _may("finance.view_reports"),
                },
                {
                    "title": gettext("Segregation of duties"),
                    "icon": "call_split",
                    "link": reverse("admin:finance_duties"),
                    "permission": _may("finance.view_reports"),
                },
                _entry(gettext("Reconciliations"), "fact_check", "finance.reconciliationrun"),
                _entry(gettext("Findings"), "troubleshoot", "finance.reconciliationfinding"),
                _entry(gettext("Periods"), "event_available", "finance.period"),
                _entry(gettext("Corrections"), "rule_settings", "finance.correction"),
                _entry(gettext("Journals"), "menu_book", "finance.journalexport"),
                _breakage(request),
                _entry(gettext("General ledger rules"), "rule", "finance.generalledgerrule"),
                _entry(gettext("General ledger accounts"), "account_tree", "finance.generalledgeraccount"),
            ],
        },
        {
            "title": gettext("Access"),
            "items": [
                _entry(gettext("Staff"), "badge", "auth.user"),
                _entry(gettext("Roles"), "shield_person", "auth.group"),
                _access_changes(request),
                {
                    "title": gettext("Rights"),
                    "icon": "policy",
                    "link": reverse("admin:rights"),
                    "permission": _may("auth.view_user"),
                },
                _entry(gettext("API clients"), "key", "api.apiclient") | {"permission": _may_see_clients},
                _entry(gettext("Activities"), "manage_history", "audit.activity"),
            ],
        },
    ]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Store credit"),
    "SITE_HEADER": _("Store credit"),
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "account_balance_wallet",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "ENVIRONMENT": _marker,
    "DASHBOARD_CALLBACK": "storecredit.backoffice.dashboard.show_dashboard",
    "STYLES": [_stylesheet, _card_stylesheet, _reach_stylesheet, _paper_stylesheet],
    "SCRIPTS": [_reach_script],
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.7)",
            "100": "oklch(95.3% .051 180.8)",
            "200": "oklch(91% .096 180.4)",
            "300": "oklch(85.5% .138 181.1)",
            "400": "oklch(77.7% .152 181.9)",
            "500": "oklch(70.4% .14 182.5)",
            "600": "oklch(51.1% .096 186.4)",
            "700": "oklch(43.7% .078 188.2)",
            "800": "oklch(38.6% .063 188.4)",
            "900": "oklch(31.6% .052 189)",
            "950": "oklch(27.7% .046 192.5)",
        }
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("Language and time zone"), "link": reverse_lazy("admin:preferences")},
            {"title": _("My notices"), "link": reverse_lazy("admin:notices")},
            {"title": _("Sign-in and security"), "link": reverse_lazy("admin:security")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": _navigation,
    },
}
