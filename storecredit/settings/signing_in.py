"""
How staff sign in: what they prove, with what, and how often they prove it again.

The second factor is asked for wherever the site is served over HTTPS, which is production; SECOND_FACTOR alone can say
otherwise, and `check --deploy` complains where it does.
"""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from storecredit.settings.environment import env

PROOF_LASTS = timedelta(minutes=15)
DEVICE_REMEMBERED_FOR = timedelta(days=14)
_OPENID = ("OIDC_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")


def openid_providers() -> dict[str, Any]:
    """
    The company's own sign-in, as the library wants it told; nothing if there is none.

    :raises ImproperlyConfigured: if it is told by halves.
    """
    told = {name: env.str(name, default="").strip() for name in _OPENID}
    missing = [name for name, value in told.items() if not value]
    if len(missing) == len(told):
        return {}
    if missing:
        raise ImproperlyConfigured(f"{', '.join(_OPENID)} belong together: {', '.join(missing)} is not set.")
    app = {
        "provider_id": "company",
        "name": env.str("OIDC_NAME", default="").strip() or "Single sign-on",
        "client_id": told["OIDC_CLIENT_ID"],
        "secret": told["OIDC_CLIENT_SECRET"],
        "settings": {"server_url": told["OIDC_URL"], "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


def library_settings(*, issuer: str, is_https: bool) -> dict[str, Any]:
    """What django-allauth is told. Nobody signs up, and what is guessed is counted where passwords are."""
    return {
        "ACCOUNT_ADAPTER": "storecredit.backoffice.access.signing_in.adapters.AccountAdapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_RATE_LIMITS": False,
        "MFA_ADAPTER": "storecredit.backoffice.access.signing_in.adapters.FactorAdapter",
        "MFA_FORMS": {
            "authenticate": "storecredit.backoffice.access.signing_in.forms.CodeForm",
            "authenticate_webauthn": "storecredit.backoffice.access.signing_in.forms.PasskeyForm",
            "login_webauthn": "storecredit.backoffice.access.signing_in.forms.PasskeySignInForm",
        },
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_RATE_LIMITS": False,
        # Who proves what again, and when, is ours to say: `proofs` is stricter.
        "MFA_REAUTHENTICATION_REQUIRED": False,
        "MFA_RECOVERY_CODE_DIGITS": 10,
        "MFA_TOTP_ISSUER": issuer,
        # A clock may be half a minute wrong.
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_TRUST_ENABLED": True,
        "MFA_TRUST_COOKIE_AGE": DEVICE_REMEMBERED_FOR,
        "MFA_TRUST_COOKIE_NAME": "remembered_device",
        "MFA_TRUST_COOKIE_PATH": "/admin/",
        # Browsers themselves make passkeys on this very machine alone where there is no HTTPS.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not is_https,
        "SOCIALACCOUNT_ADAPTER": "storecredit.backoffice.access.signing_in.company.CompanyAdapter",
        "SOCIALACCOUNT_AUTO_SIGNUP": False,
        # By a link: browsers let no form of ours lead to another host.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
    }
