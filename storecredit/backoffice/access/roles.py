"""
The roles that the shop is shipped with: groups, and what each may do.

Every migrate gives the roles whatever they have not been given before. What an administrator takes away, adds or
renames stays so; a group that was deleted comes back whole. What a role was shipped with once and is no longer is taken
back from it, once: what the shop gives it itself, before or after, stays.

Whoever says what others may do moves no money and decides nothing about it, and the other way round.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db import router, transaction
from django.utils import timezone

from ledger.operations import Actor, ActorKind
from storecredit.audit.operations import ActivityKind, Subject, record_activity, unheld
from storecredit.backoffice.models import ShippedGrant

_MIGRATE = Actor(kind=ActorKind.SYSTEM, id="", label="migrate", door="command:migrate")

_BOOKS = ("customer", "account", "transaction", "lot", "hold", "reason", "bookrules")
_CARDS = ("giftcard", "cardbatch", "cardevent")
_REQUESTS = ("creditrequest", "creditrequestbatch", "customerrequest")
_CHECKOUTS = (
    "checkout",
    "source",
    "order",
    "charge",
    "callouthold",
    "webhookevent",
    "creditdeduction",
    "unreturnedcredit",
)
_LIMITS = ("approvalpolicy", "issuelimit", "issueceiling", "approverlimit")
_VIEWS = frozenset(
    {
        *(f"ledger.view_{model}" for model in _BOOKS),
        *(f"giftcards.view_{model}" for model in _CARDS),
        *(f"credits.view_{model}" for model in _REQUESTS),
        *(f"checkouts.view_{model}" for model in _CHECKOUTS),
    }
)
#: Above the issue limit of their role, whoever gives credit asks for it.
_ASK = frozenset({"credits.request_credit"})
_COMMENT = frozenset({"backoffice.add_comment"})
_DECIDE = frozenset({"credits.decide_request"})
#: What is asked for about customers (merging, moving credit, making anonymous) is decided by somebody else.
_ASK_ABOUT = frozenset({"credits.ask_about_customer"})
_DECIDE_ABOUT = frozenset({"credits.decide_about_customer"})
_LIMIT_VIEWS = frozenset(f"credits.view_{model}" for model in _LIMITS)
_LIMIT_RULES = frozenset(f"credits.{verb}_{model}" for verb in ("add", "change", "delete") for model in _LIMITS)
_COUNTER = frozenset(f"giftcards.{verb}_card" for verb in ("issue", "redeem", "reload", "block"))
_CARD_DESK = _COUNTER | frozenset(
    {
        *(f"giftcards.{verb}_card" for verb in ("void", "replace", "extend", "move", "assign")),
        "giftcards.reveal_code",
        "giftcards.send_code",
        "giftcards.take_codes",
        "giftcards.add_cardbatch",
    }
)
_ACCESS = frozenset(
    {
        *(f"auth.{verb}_{model}" for verb in ("view", "add", "change") for model in ("user", "group")),
        "auth.delete_group",
        *(f"api.{verb}_apiclient" for verb in ("view", "add", "change")),
        "audit.view_activity",
        "backoffice.view_accesschange",
        "backoffice.withdraw_comment",
        # What somebody uploaded who left is dropped; what stands in it is not theirs to see.
        "backoffice.view_importrun",
        "backoffice.drop_import",
    }
)
_AGENT = frozenset({"ledger.issue_credit", "ledger.debit_credit", "ledger.add_customer", "ledger.change_customer"})
#: Whoever asks for credit may ask for it by a file. What a file brings into the books is for those who keep them.
_IMPORT_REQUESTS = frozenset({"backoffice.view_importrun", "backoffice.import_credit_requests"})
_IMPORT = frozenset(
    {
        "backoffice.view_importrun",
        "backoffice.import_customers",
        "backoffice.import_cards",
        "backoffice.import_opening_balances",
        "backoffice.compare_orders",
        "backoffice.compare_statements",
    }
)
_FINANCE = frozenset(
    {
        "backoffice.export_lists",
        "finance.view_reports",
        "finance.view_journalexport",
        "finance.view_reconciliationrun",
        "finance.view_reconciliationfinding",
        "finance.run_reconciliation",
        "finance.decide_finding",
        "finance.view_period",
        "finance.close_period",
        "finance.approve_period",
        "finance.view_correction",
        "finance.ask_correction",
        "finance.approve_correction",
        "finance.view_breakagerate",
        "finance.add_breakagerate",
        "finance.approve_breakagerate",
        *(
            f"finance.{verb}_{model}"
            for verb in ("view", "add", "change")
            for model in ("generalledgeraccount", "generalledgerrule")
        ),
        "ledger.adjust_credit",
        "ledger.reverse_transaction",
        "ledger.freeze_account",
        "ledger.release_hold",
        "checkouts.release_stuck_hold",
        "checkouts.resolve_shortfall",
        "checkouts.resolve_unreturned_credit",
        "checkouts.run_webhook_event",
        "checkouts.resolve_webhook_event",
        "audit.view_activity",
    }
)
_RULES = frozenset(f"ledger.{verb}_{model}" for verb in ("add", "change") for model in ("reason", "bookrules"))
_CHECKOUT_RULES = frozenset(
    {
        "checkouts.view_webhooksecret",
        "checkouts.manage_webhook_secrets",
        *(f"checkouts.{verb}_checkoutrules" for verb in ("view", "change")),
    }
)

ROLES: dict[str, frozenset[str]] = {
    "Viewer": _VIEWS,
    "Agent": _VIEWS | _COMMENT | _AGENT | _COUNTER | _ASK | _ASK_ABOUT | _IMPORT_REQUESTS,
    "Approver": _VIEWS | _COMMENT | _DECIDE | _DECIDE_ABOUT,
    "Card manager": _VIEWS | _COMMENT | _CARD_DESK | _ASK | _IMPORT_REQUESTS,
    "Finance": _VIEWS | _COMMENT | _FINANCE | _ASK_ABOUT | _DECIDE_ABOUT | _LIMIT_VIEWS | _IMPORT,
    "Administrator": _VIEWS | _COMMENT | _RULES | _CHECKOUT_RULES | _LIMIT_VIEWS | _LIMIT_RULES | _ACCESS,
}
GRANTED_APPS = frozenset(name.partition(".")[0] for names in ROLES.values() for name in names)


def grant_shipped_roles(*, using: str, app_label: str) -> None:
    """Give every role what it is shipped with of one app's permissions and was never given before."""
    if app_label not in GRANTED_APPS or not router.allow_migrate_model(using, ShippedGrant):
        return
    permissions = {
        f"{app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).filter(content_type__app_label=app_label)
    }
    with transaction.atomic(using=using), unheld(using=using):
        for role, names in ROLES.items():
            _take_back(using, role, {name: one for name, one in permissions.items() if name not in names})
            _grant(using, role, [(name, permissions[name]) for name in sorted(names) if name in permissions])


def _take_back(using: str, role: str, beyond: Mapping[str, Permission]) -> None:
    """Take from a role what it was once shipped with, and say when. What it never was shipped with the shop gave it."""
    grants = ShippedGrant.objects.using(using).filter(role=role, permission__in=beyond, taken_back_at=None)
    for grant in grants.select_related("group").order_by("pk"):
        grant.group.permissions.remove(beyond[grant.permission])
        grant.taken_back_at = timezone.now()
        grant.save(using=using, update_fields=["taken_back_at"])
        record_activity(
            actor=_MIGRATE,
            kind=ActivityKind.PERMISSION_CHANGED,
            subject=Subject(kind="auth.group", id=str(grant.group_id), label=grant.group.name),
            before={"permissions": [grant.permission]},
            after={"permissions": []},
            details={"why": "The role is shipped without it now."},
            now=grant.taken_back_at,
        )


def _grant(using: str, role: str, shipped: Iterable[tuple[str, Permission]]) -> None:
    grants = ShippedGrant.objects.using(using)
    before = list(grants.filter(role=role).select_related("group"))
    granted = {grant.permission for grant in before}
    missing = [(name, permission) for name, permission in shipped if name not in granted]
    if not missing:
        return
    groups = Group.objects.using(using)
    if not before and groups.filter(name=role).exists():
        # The shop's own: its people were not let do what this one is shipped with.
        return
    group = before[0].group if before else groups.create(name=role)
    group.permissions.add(*(permission for _, permission in missing))
    grants.bulk_create(ShippedGrant(role=role, group=group, permission=name) for name, _ in missing)
