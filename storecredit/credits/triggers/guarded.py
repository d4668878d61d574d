"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

from ledger.triggers.telling import Told, as_text

GUARDED = {
    "credits_creditrequestvote": ("immutable", "no_truncate"),
    "credits_creditrequestevent": ("immutable", "no_truncate", "dated"),
    "credits_creditrequest": ("no_delete", "no_truncate"),
    "credits_creditrequestmetadatum": ("immutable", "no_truncate"),
    "credits_creditrequestbatch": ("no_delete",),
    "credits_clientperson": ("immutable", "no_truncate"),
    "credits_customerrequest": ("no_delete", "no_truncate"),
    "credits_moneyapproval": ("immutable", "no_truncate"),
    "credits_personcustomer": ("no_truncate",),
    "credits_givenday": ("no_delete", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "credits_creditrequestevent": (
        "request_id", "kind", "from_status", "to_status", "version", "note", "person_id", "request_header_id",
        "actor_kind", "actor_id", "actor_label", "door", "created_at",
    ),
    "credits_creditrequestvote": ("request_id", "version", "person_id", "label", "door", "note", "created_at"),
    "credits_moneyapproval": (
        "correction_id", "customer_request_id", "person_id", "label", "door", "note", "currency", "amount_minor",
        "created_at",
    ),
}  # fmt: skip

#: The rules that tables of several apps have alike, by the files that say them.
ALIKE = {
    "metadata": {"of": "credits_creditrequest", "members": "credits_creditrequestmetadatum", "row": "request"},
    "words": {"of": "credits_creditrequest", "words": "credits_creditrequestword", "row": "request"},
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "credits_creditrequest": {
        "order_value": "named",
        "sub_reason": "named",
        "source": "named",
        "employee": "named",
        "note": "text",
        "attributes": "json",
        "terms": "json",
        "metadata": "null",
    },
    # A file speaks of many.
    "credits_creditrequestbatch": {"name": "named", "note": "named"},
    "credits_creditrequestevent": {"note": "text"},
    "credits_creditrequestvote": {"note": "text"},
    "credits_moneyapproval": {"note": "text"},
    "credits_customerrequest": {"note": "text", "decision_note": "text"},
}

#: What goes with the words of another row, and the column that names that row.
ERASED_WITH = {"credits_creditrequestmetadatum": ("credits_creditrequest", "request_id")}

_ROLE = "(SELECT name FROM auth_group WHERE id = {row}.group_id)"
_PERSON = "(SELECT username FROM auth_user WHERE id = {row}.user_id)"
_CLIENT = "(SELECT name FROM api_apiclient WHERE id = {row}.client_id)"

#: How much anybody may give or approve, and who is a customer themself: told by the database, whoever changes it.
TOLD = {
    "credits_issuelimit": Told(
        kind="LIMIT_CHANGED",
        subject="credits.issuelimit",
        id="{row}.id",
        label=f"{_ROLE} || ' ' || {{row}}.currency",
        columns=("group_id", "currency", "amount", "per_day"),
        members={
            "role": _ROLE,
            "currency": "{row}.currency",
            "amount": as_text("amount"),
            "per_day": as_text("per_day"),
        },
    ),
    "credits_issueceiling": Told(
        kind="LIMIT_CHANGED",
        subject="credits.issueceiling",
        id="{row}.id",
        label="{row}.currency",
        columns=("currency", "amount", "per_day"),
        members={"currency": "{row}.currency", "amount": as_text("amount"), "per_day": as_text("per_day")},
    ),
    "credits_approverlimit": Told(
        kind="LIMIT_CHANGED",
        subject="credits.approverlimit",
        id="{row}.id",
        label=f"COALESCE({_PERSON}, {_ROLE}) || ' ' || {{row}}.currency",
        columns=("user_id", "group_id", "currency", "per_request", "per_day"),
        members={
            "person": _PERSON,
            "role": _ROLE,
            "currency": "{row}.currency",
            "per_request": as_text("per_request"),
            "per_day": as_text("per_day"),
        },
    ),
    "credits_personcustomer": Told(
        kind="PERSON_CHANGED",
        subject="auth.user",
        id="{row}.person_id",
        label="(SELECT username FROM auth_user WHERE id = {row}.person_id)",
        columns=("person_id", "customer_id"),
        members={"customer": "(SELECT number FROM ledger_customer WHERE id = {row}.customer_id)"},
    ),
    "credits_approvalpolicy": Told(
        kind="POLICY_CHANGED",
        subject="credits.approvalpolicy",
        id="{row}.id",
        label="{row}.code || ' ' || {row}.currency",
        columns=(
            "code", "currency", "kind", "client_id", "auto_approve_up_to_minor", "second_approval_above_minor",
        ),
        members={
            "policy": "{row}.code",
            "currency": "{row}.currency",
            "type": "{row}.kind",
            "client": _CLIENT,
            "auto_approve_up_to_minor": as_text("auto_approve_up_to_minor"),
            "second_approval_above_minor": as_text("second_approval_above_minor"),
        },
    ),
}  # fmt: skip
