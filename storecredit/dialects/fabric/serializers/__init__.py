"""The foreign words of the API of credits on orders: what its bodies say, and how its answers look."""

from storecredit.dialects.fabric.serializers.credits import (
    CREDIT,
    CREDIT_LIST,
    CREDITS,
    ELIGIBILITY,
    put_numbers,
    read_marked,
    show_credit,
    show_credits,
    show_eligibility,
    show_list,
)
from storecredit.dialects.fabric.serializers.ids import read_order
from storecredit.dialects.fabric.serializers.requests import (
    PAGE_SIZE,
    CreditFilter,
    CreditIn,
    CreditsIn,
    StatusIn,
    mask,
)

__all__ = [
    "CREDIT",
    "CREDITS",
    "CREDIT_LIST",
    "ELIGIBILITY",
    "PAGE_SIZE",
    "CreditFilter",
    "CreditIn",
    "CreditsIn",
    "StatusIn",
    "mask",
    "put_numbers",
    "read_marked",
    "read_order",
    "show_credit",
    "show_credits",
    "show_eligibility",
    "show_list",
]
