"""The secrets of second factors follow CODE_KEYS: an older key can go once the newest has sealed them all anew."""

from collections import Counter
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet

from giftcards.operations import RotationSummary
from storecredit.backoffice.models.factors import FactorUnreadable, is_sealed_with_newest, open_factor, seal_factor

#: Where each kind keeps its secret. A passkey has none here: what signs never leaves its device.
_SECRETS: Final = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def count_factors_by_key() -> dict[str, int]:
    """How many secrets each key has sealed, by the key's name."""
    return dict(Counter(_kept(row).partition(":")[0] for row in _list_sealed()))


def count_factors_to_rotate() -> int:
    """How many secrets an older key has sealed."""
    return sum(not is_sealed_with_newest(_kept(row)) for row in _list_sealed())


@transaction.atomic
def reseal_factors() -> RotationSummary:
    """
    Seal with the newest key what an older one has sealed.

    :return: how many, and by sign-in name those whose secret does not open.
    """
    sealed, unreadable = 0, []
    for row in _list_sealed().select_related("user").select_for_update(of=("self",)).order_by("pk"):
        if is_sealed_with_newest(_kept(row)):
            continue
        try:
            row.data[_SECRETS[Authenticator.Type(row.type)]] = seal_factor(open_factor(_kept(row)))
        except FactorUnreadable:
            unreadable.append(row.user.get_username())
            continue
        row.save(update_fields=["data"])
        sealed += 1
    return RotationSummary(sealed=sealed, unreadable=unreadable)


def _list_sealed() -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(type__in=_SECRETS)


def _kept(row: Authenticator) -> str:
    return str(row.data[_SECRETS[Authenticator.Type(row.type)]])
