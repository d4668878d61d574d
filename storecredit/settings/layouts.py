"""What the files for accounting programs say of the shop."""

from django.core.exceptions import ImproperlyConfigured

from storecredit.settings.environment import env


def datev_client() -> dict[str, int] | None:
    """
    Whose books DATEV keeps: the numbers of the consultant and the client; None where nothing is said.

    :raises ImproperlyConfigured: if one of the numbers is none that DATEV knows, or the other one is missing.
    """
    if not env.str("DATEV_CONSULTANT", default="").strip() and not env.str("DATEV_CLIENT", default="").strip():
        return None
    return {
        "consultant": _number("DATEV_CONSULTANT", "", 1001, 9_999_999),
        "client": _number("DATEV_CLIENT", "", 1, 99_999),
        "year_begins_in": _number("DATEV_YEAR_BEGINS_IN", "1", 1, 12),
        "account_length": _number("DATEV_ACCOUNT_LENGTH", "4", 4, 8),
    }


def xero_tax_rate() -> str:
    """The name of the tax rate in Xero that means that no tax is due: a journal of credit owed has none."""
    return env.str("XERO_TAX_RATE", default="").strip() or "Tax Exempt"


def _number(name: str, default: str, least: int, most: int) -> int:
    text = env.str(name, default="").strip() or default
    if not (text.isascii() and text.isdecimal() and len(text) <= 7 and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} is a whole number from {least} to {most}, not {text!r}.")
    return int(text)
