"""
REST framework's fields made strict: for members of bodies, parameters of queries, and members of answers.

A field validates strictly, says what is wrong, and gives its own JSON schema: the check and the description cannot
drift apart. Nothing is coerced, trimmed or rounded.
"""

from storecredit.api.fields.base import SENTENCE, StrictField, wrong, wrong_member
from storecredit.api.fields.free import FreeObject, PlainArray, to_exact, to_storable
from storecredit.api.fields.metadata import Metadata, MetadataMember, ShownMetadata
from storecredit.api.fields.money import (
    Amount,
    AmountText,
    BookedAmount,
    BookedAmountText,
    Currency,
    CurrencyCode,
    HeldCurrency,
    PositiveAmount,
    count_decimals,
    find_too_fine,
    major,
)
from storecredit.api.fields.numbers import Boolean, Integer
from storecredit.api.fields.texts import Choice, Email, Name, Note, Text, TextOrNull, Url, Uuid, read_uuid
from storecredit.api.fields.times import (
    Day,
    EpochMilliseconds,
    IsoMilliseconds,
    IsoMoment,
    Moment,
    epoch_milliseconds,
    iso_milliseconds,
)
