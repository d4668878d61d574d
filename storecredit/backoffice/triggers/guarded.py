"""What is refused on each table without conditions: what staff did and said outside the books is told for ever."""

from ledger.triggers.telling import Secret, Told, yes_or_no
from storecredit.backoffice.triggers.held import HELD as HELD

GUARDED = {
    "backoffice_shippedgrant": ("no_truncate",),
    "django_admin_log": ("immutable", "no_truncate"),
    "backoffice_accesschange": ("no_delete", "no_truncate"),
    "backoffice_comment": ("immutable", "no_truncate", "dated"),
    "backoffice_withdrawal": ("immutable", "no_truncate"),
    "backoffice_mention": ("immutable", "no_truncate"),
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "django_admin_log": {"object_repr": "text", "change_message": "text"},
    "backoffice_comment": {"text": "text"},
    # Who is which customer. What else a change was of speaks of colleagues.
    "backoffice_accesschange": {"note": "named", "before": "emptied", "after": "emptied"},
}

#: What was asked for about a login, and Django's line of it.
OF_COLLEAGUES = {
    "backoffice_accesschange": ("kind = 'PERSON'", ("before", "after")),
    "django_admin_log": (
        "content_type_id IN (SELECT id FROM django_content_type WHERE app_label = 'auth' AND model = 'user')",
        ("object_repr",),
    ),
}

_PERSON = "(SELECT username FROM auth_user WHERE id = {row}.user_id)"
_ROLE = "(SELECT name FROM auth_group WHERE id = {row}.group_id)"
_PERMISSION = (
    "(SELECT t.app_label || '.' || p.codename FROM auth_permission p "
    "JOIN django_content_type t ON t.id = p.content_type_id WHERE p.id = {row}.permission_id)"
)

#: Who may come in and what they may do: told by the database itself, whoever changes it.
TOLD = {
    "auth_user": Told(
        kind="PERSON_CHANGED",
        subject="auth.user",
        id="{row}.id",
        label="{row}.username",
        columns=("username", "email", "is_active", "is_staff", "is_superuser"),
        members={
            "username": "{row}.username",
            "email": "{row}.email",
            "active": yes_or_no("is_active"),
            "staff": yes_or_no("is_staff"),
            "superuser": yes_or_no("is_superuser"),
        },
        secrets={"password": Secret("password", "{row}.password")},
    ),
    # With what they sign in. What is used up and counted at each sign-in is no change of it.
    "mfa_authenticator": Told(
        kind="PERSON_CHANGED",
        subject="auth.user",
        id="{row}.user_id",
        label=_PERSON,
        columns=("user_id", "type"),
        members={"person": _PERSON, "factor": "{row}.type"},
        secrets={
            "factor_renewed": Secret(
                "data", "COALESCE({row}.data ->> 'secret', {row}.data ->> 'credential', {row}.data ->> 'seed')"
            )
        },
    ),
    "socialaccount_socialaccount": Told(
        kind="PERSON_CHANGED",
        subject="auth.user",
        id="{row}.user_id",
        label=_PERSON,
        columns=("user_id", "provider", "uid"),
        members={"person": _PERSON, "company_account": "{row}.provider || ' ' || {row}.uid"},
    ),
    "auth_group": Told(
        kind="ROLE_CHANGED",
        subject="auth.group",
        id="{row}.id",
        label="{row}.name",
        columns=("name",),
        members={"name": "{row}.name"},
    ),
    "auth_user_groups": Told(
        kind="ROLE_CHANGED",
        subject="auth.user",
        id="{row}.user_id",
        label=_PERSON,
        columns=("user_id", "group_id"),
        members={"person": _PERSON, "role": _ROLE},
    ),
    "auth_user_user_permissions": Told(
        kind="PERMISSION_CHANGED",
        subject="auth.user",
        id="{row}.user_id",
        label=_PERSON,
        columns=("user_id", "permission_id"),
        members={"person": _PERSON, "permission": _PERMISSION},
    ),
    "auth_group_permissions": Told(
        kind="PERMISSION_CHANGED",
        subject="auth.group",
        id="{row}.group_id",
        label=_ROLE,
        columns=("group_id", "permission_id"),
        members={"role": _ROLE, "permission": _PERMISSION},
    ),
}
