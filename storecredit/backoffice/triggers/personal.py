"""
Where the back office holds no words about people who buy, and what is forgotten: `ledger.triggers.forgetting`.

The tables of libraries are said here as well: what they hold is about colleagues, who are told for ever.
"""

from ledger.triggers.erasing import ERASED
from ledger.triggers.forgetting import Forgotten

_COLLEAGUE = "about a colleague, whose account and deeds are another matter"
_LIBRARY = "not used: the shop's own sign-in is set up in the environment"
_SEALED = "what was uploaded, sealed, and gone when its import is over, after two days at most"

_TYPED_AT_THE_DOOR = {"username": "", "path_info": "", "user_agent": "", "http_accept": ""}

FORGOTTEN = {
    "backoffice_importfault": (Forgotten({"column": "", "header": "", "message": ""}, is_deleted=True),),
    "backoffice_importpart": (Forgotten({"result": "[]"}),),
    "backoffice_importrun": (
        Forgotten({"file_name": ERASED, "choices": "{}", "map": None, "facts": "{}"}),
        Forgotten({"ended_because": ERASED}),
    ),
    "backoffice_savedfilter": (Forgotten({"name": "", "query": ""}, is_deleted=True),),
    "backoffice_savedmap": (Forgotten({"name": "", "data": ""}, is_deleted=True),),
    # Whoever buys may have tried to sign in where colleagues do.
    "axes_accessattempt": (Forgotten({**_TYPED_AT_THE_DOOR, "get_data": "", "post_data": ""}, is_deleted=True),),
    "axes_accessfailurelog": (Forgotten(_TYPED_AT_THE_DOOR, is_deleted=True),),
    "axes_accesslog": (Forgotten(_TYPED_AT_THE_DOOR, is_deleted=True),),
}

FOLLOWING = {
    "django_session": {
        "session_data": "packed: a form that a colleague was signed out of, or a message, goes with whom it names"
    },
}

NEVER = {
    "account_emailaddress": {"email": _COLLEAGUE},
    "account_emailconfirmation": {"key": "drawn by the program"},
    "auth_group": {"name": "a role"},
    "auth_permission": {"name": "a permission", "codename": "a permission"},
    "auth_user": {
        "password": _COLLEAGUE,
        "username": _COLLEAGUE,
        "first_name": _COLLEAGUE,
        "last_name": _COLLEAGUE,
        "email": _COLLEAGUE,
    },
    "axes_accessattempt": {"ip_address": "goes with what was typed, or after `sign_ins` days"},
    "axes_accessfailurelog": {"ip_address": "goes with what was typed, or after `sign_ins` days"},
    "axes_accesslog": {
        "ip_address": "goes with what was typed, or after `sign_ins` days",
        "session_hash": "a digest",
    },
    "backoffice_accesschange": {
        "subject_id": "a key",
        "subject_label": _COLLEAGUE,
        "decided_door": "a door of the program",
    },
    "backoffice_importkey": {"name": "a digest"},
    "backoffice_importpart": {"key": "which of the shop's keys sealed it", "cipher": _SEALED},
    "backoffice_importpiece": {"key": "which of the shop's keys sealed it", "cipher": _SEALED},
    "backoffice_preferences": {"language": _COLLEAGUE},
    "backoffice_savedfilter": {"list": "a list of the program"},
    "backoffice_shippedgrant": {"role": "a role", "permission": "a permission"},
    "django_admin_log": {"object_id": "a key"},
    "django_content_type": {"app_label": "a kind of thing", "model": "a kind of thing"},
    "django_session": {"session_key": "drawn by the program"},
    "mfa_authenticator": {"data": _COLLEAGUE},
    "socialaccount_socialaccount": {"provider": _COLLEAGUE, "uid": _COLLEAGUE, "extra_data": _COLLEAGUE},
    "socialaccount_socialapp": {
        "provider": _LIBRARY,
        "provider_id": _LIBRARY,
        "name": _LIBRARY,
        "client_id": _LIBRARY,
        "secret": _LIBRARY,
        "key": _LIBRARY,
        "settings": _LIBRARY,
    },
    "socialaccount_socialtoken": {"token": _COLLEAGUE, "token_secret": _COLLEAGUE},
    "usersessions_usersession": {
        "ip": _COLLEAGUE,
        "session_key": _COLLEAGUE,
        "user_agent": _COLLEAGUE,
        "data": _COLLEAGUE,
    },
}
