"""
Which right guards each page of the admin: what is meant, said here by the page's name and not read from its answers.

Django's own names say it by themselves, and a step names its permission. Whatever else there is stands here by name; a
page that is not told of has no guard, and the walk fails for it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.db.models import Model

from storecredit.backoffice.changes.subjects import RIGHTS
from storecredit.backoffice.comments.pages import COMMENT, WITHDRAW_OTHERS, CommentsMixin
from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.frame import DROP
from storecredit.backoffice.kit import PageMixin
from storecredit.backoffice.kit.exports import EXPORT


@dataclass(frozen=True, slots=True)
class Right:
    """Any one of several sets of permissions, each of which is enough."""

    ways: frozenset[frozenset[str]]

    def is_held(self, permissions: Collection[str]) -> bool:
        return any(way <= set(permissions) for way in self.ways)

    def __or__(self, other: "Right") -> "Right":
        return Right(self.ways | other.ways)

    def __and__(self, other: "Right") -> "Right":
        return Right(frozenset(mine | theirs for mine in self.ways for theirs in other.ways))


def one(permission: str) -> Right:
    return Right(frozenset({frozenset({permission})}))


def any_of(permissions: Collection[str]) -> Right:
    return Right(frozenset(frozenset({permission}) for permission in permissions))


NOBODY: Final = Right(frozenset())
#: Everybody of the staff, for what is theirs: their own settings, and what leads on.
EVERYBODY: Final = Right(frozenset({frozenset()}))


@dataclass(frozen=True, slots=True)
class Guard:
    """What opens a page, and what does something there."""

    see: Right
    act: Right = NOBODY


#: Before the sign-in: open to the world, and to whoever has no second factor yet.
DOORS: Final = frozenset(
    {
        "choose-password",
        "admin_password_reset",
        "password-asked",
        "account_login",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "admin:login",
        "admin:logout",
        "admin:jsi18n",
    }
)
#: What is open to whoever has no second factor yet, besides the doors.
SETTING_UP: Final = frozenset({"admin:security", "admin:security_app", "admin:security_passkey", "admin:again"})

_REPORTS, _PEOPLE, _EXPORTS = one("finance.view_reports"), one("auth.view_user"), one(EXPORT)
_RUN, _IMPORTS = one("finance.run_reconciliation"), any_of([kind.permission for kind in KINDS.values()])
_OWN: Final = Guard(EVERYBODY, EVERYBODY)
_NAMED: Final[dict[str, Guard]] = {
    "index": Guard(EVERYBODY),
    "view_on_site": Guard(NOBODY),
    "search": _OWN,
    "preferences": _OWN,
    "notices": _OWN,
    "password_change": _OWN,
    "password_change_done": Guard(EVERYBODY),
    "security": Guard(EVERYBODY),
    "security_app": _OWN,
    "security_passkey": _OWN,
    "security_remove": Guard(NOBODY, EVERYBODY),
    "security_codes": _OWN,
    "security_end_session": Guard(NOBODY, EVERYBODY),
    "security_end_all": Guard(NOBODY, EVERYBODY),
    "again": _OWN,
    # Without saying what for; what it tells is looked at by itself.
    "autocomplete": Guard(NOBODY),
    "waiting": Guard(EVERYBODY),
    "rights": Guard(_PEOPLE),
    "right": Guard(_PEOPLE),
    "person_rights": Guard(_PEOPLE),
    "finance": Guard(_REPORTS),
    "finance_breakage": Guard(_REPORTS),
    "finance_holders": Guard(_REPORTS),
    "finance_duties": Guard(_REPORTS),
    "finance_entries": Guard(_REPORTS),
}
#: Of a model: its own pages and those of Django's which are guarded otherwise than Django would.
_OF_MODELS: Final[dict[str, Right]] = {
    "giftcards_giftcard_add": one("giftcards.issue_card"),
    "giftcards_giftcard_block-many": one("giftcards.block_card"),
    "giftcards_giftcard_unblock-many": one("giftcards.block_card"),
    "giftcards_giftcard_extend-many": one("giftcards.extend_card"),
    "giftcards_giftcard_send-many": one("giftcards.send_code"),
    "giftcards_cardbatch_add": one("giftcards.add_cardbatch"),
    "giftcards_cardbatch_make": one("giftcards.add_cardbatch"),
    "credits_creditrequest_approve-many": one("credits.decide_request"),
    "credits_creditrequest_reject-many": one("credits.decide_request"),
    "credits_creditrequest_cancel": any_of(["credits.request_credit", "credits.decide_request"]),
    "ledger_customer_issue_first": one("ledger.issue_credit"),
    "backoffice_accesschange_approve": any_of(RIGHTS.values()),
    "backoffice_accesschange_refuse": any_of(RIGHTS.values()),
    "backoffice_importrun_add": _IMPORTS,
    "checkouts_webhooksecret_add": one("checkouts.manage_webhook_secrets"),
    "checkouts_checkoutrules_add": NOBODY,
    "ledger_bookrules_add": NOBODY,
    "finance_period_add": NOBODY,
    "finance_reconciliationrun_prove": _RUN,
    "finance_reconciliationrun_slice": _RUN,
    "finance_journalexport_file": _EXPORTS,
}
_STEPS_OF_IMPORTS: Final = (
    "piece", "columns", "again", "start", "slice", "drop", "reject", "carry-on", "stop",
)  # fmt: skip
_OF_WHOEVER_DROPS: Final = ("_change", "_history", "_drop")
#: Nothing is there to be looked at.
_POSTED: Final = frozenset({"make", "slice", "save_filter", "delete_filter"})
_EDITED_BY_DJANGO: Final = frozenset(
    {"approvalpolicy", "issuelimit", "issueceiling", "approverlimit", "user", "group", "reason", "bookrules",
     "checkoutrules", "generalledgeraccount", "generalledgerrule"}
)  # fmt: skip
_ADDED_BY_DJANGO: Final = (_EDITED_BY_DJANGO - {"bookrules", "checkoutrules"}) | {
    "apiclient", "customer", "breakagerate"
}  # fmt: skip
_DELETED: Final = frozenset({"approvalpolicy", "issuelimit", "issueceiling", "approverlimit", "group"})


def guard_of(name: str) -> Guard | None:
    """What guards the page of that name; None if nobody said. One without a name leads on, to one that has its own."""
    if not name:
        return Guard(EVERYBODY)
    short = name.removeprefix("admin:")
    if short in _NAMED:
        return _NAMED[short]
    if short == "app_list":
        return Guard(
            any_of([f"ledger.view_{model._meta.model_name}" for model in apps.get_app_config("ledger").get_models()])
        )
    for model in admin.site._registry:
        start = f"{model._meta.app_label}_{model._meta.model_name}_"
        if short.startswith(start):
            return _guard_of_model(model, short.removeprefix(start))
    return None


def _guard_of_model(model: type[Model], page: str) -> Guard | None:
    view, name = _permission(model, "view"), str(model._meta.model_name)
    if page in {"changelist", "history", "mine"}:
        return Guard(view)
    if page in {"export", "mine_export"}:
        return Guard(view, view & _EXPORTS)
    if page == "change":
        return Guard(view, view & _permission(model, "change") if name in _EDITED_BY_DJANGO else NOBODY)
    right = _right_of_page(model, page)
    if right is None:
        return None
    wanted = right if page in {"add", "delete", "prove", "make"} else view & right
    is_posted = page in _POSTED or (name == "importrun" and page in _STEPS_OF_IMPORTS)
    return Guard(NOBODY if is_posted else wanted, wanted)


def _right_of_page(model: type[Model], page: str) -> Right | None:
    name, model_admin = str(model._meta.model_name), admin.site._registry[model]
    if (own := _OF_MODELS.get(f"{model._meta.app_label}_{name}_{page}")) is not None:
        return own
    if page == "add":
        return _permission(model, "add") if name in _ADDED_BY_DJANGO else NOBODY
    if page == "edit":
        return _permission(model, "change")
    if page == "delete":
        return _permission(model, "delete") if name in _DELETED else NOBODY
    if page in {"save_filter", "delete_filter", "statement", "receipt", "find"}:
        return EVERYBODY
    if isinstance(model_admin, CommentsMixin) and page in {"comment", "withdraw"}:
        return one(COMMENT if page == "comment" else WITHDRAW_OTHERS)
    if name == "importrun" and page == "drop":
        return _IMPORTS | one(DROP)
    if name == "importrun" and page in {*_STEPS_OF_IMPORTS, "errors", "result"}:
        return _IMPORTS
    steps = model_admin.steps if isinstance(model_admin, PageMixin) else ()
    return next((one(step.permission) for step in steps if step.slug == page), None)


def _permission(model: type[Model], verb: str) -> Right:
    return one(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")


def is_import_page(name: str) -> bool:
    """Whether a page is of one import, which only those see who may import files of its kind."""
    return name.startswith("admin:backoffice_importrun_") and not name.endswith(("_changelist", "_add", "_export"))


def right_of_import(run: Any, page: str) -> Right:
    """What opens the pages of one import besides the right to see imports. Who may drop it sees that it is there."""
    right = one(KINDS[run.kind].permission)
    return right | one(DROP) if page.endswith(_OF_WHOEVER_DROPS) else right
