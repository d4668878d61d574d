"""
How members of a body and parameters of a query are read.

A field reads strictly, says what is wrong, and gives its own JSON schema: the check and the description cannot drift
apart. Nothing is coerced, trimmed or rounded.
"""

from storecredit.api.old_fields.base import Field, Maybe, Wrong
from storecredit.api.old_fields.free import FreeObject
from storecredit.api.old_fields.money import Amount, AmountText, Currency, HeldCurrency
from storecredit.api.old_fields.nested import Items
from storecredit.api.old_fields.plain import Choice, Email, Integer, Text
from storecredit.api.old_fields.reading import Body, Draft, NoBody
from storecredit.api.old_fields.times import Day, IsoMoment, Moment

__all__ = [
    "Amount",
    "AmountText",
    "Body",
    "Choice",
    "Currency",
    "Day",
    "Draft",
    "Email",
    "Field",
    "FreeObject",
    "HeldCurrency",
    "Integer",
    "IsoMoment",
    "Items",
    "Maybe",
    "Moment",
    "NoBody",
    "Text",
    "Wrong",
]
