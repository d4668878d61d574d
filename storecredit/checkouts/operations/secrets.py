"""What the vendor signs its events with: kept as ciphertext, two live at a time for each mode."""

import re
from datetime import datetime
from uuid import UUID

from giftcards.operations import RotationSummary
from ledger.operations import Actor, operation
from storecredit.checkouts.errors import SecretMalformed, SecretNotFound, TooManySecrets
from storecredit.checkouts.models import CheckoutRules, WebhookSecret, made_by
from storecredit.checkouts.models.secrets import (
    SHORTEST_SECRET,
    Unreadable,
    needs_resealing,
    open_secret,
    seal_secret,
)

LIVE_AT_A_TIME = 2
_SECRET = re.compile(rf"[!-~]{{{SHORTEST_SECRET},200}}")


@operation
def add_webhook_secret(
    *, secret: str, label: str, test_mode: bool, actor: Actor, now: datetime, waits: bool = False
) -> WebhookSecret:
    """
    Accept events that are signed with one more secret.

    :param waits: they are not accepted before somebody has agreed; it counts among those that are live.
    :raises SecretMalformed: unless it is 32 to 200 printable ASCII characters without blanks.
    :raises TooManySecrets: if two of this mode are live.
    """
    if not _SECRET.fullmatch(secret):
        raise SecretMalformed
    # The one row of the rules is what two who add at once wait for.
    CheckoutRules.objects.get_or_create(pk=1)
    CheckoutRules.objects.select_for_update(no_key=True).get(pk=1)
    if WebhookSecret.objects.filter(test_mode=test_mode, retired_at__isnull=True).count() >= LIVE_AT_A_TIME:
        raise TooManySecrets
    row = WebhookSecret(label=label, test_mode=test_mode, waits=waits, **made_by(actor, now))
    seal_secret(row, secret)
    row.save(force_insert=True)
    return row


@operation
def agree_to_webhook_secret(*, secret_id: UUID) -> None:
    """
    Accept events that are signed with a secret that waited.

    :raises SecretNotFound: if there is none that waits, or it was retired.
    """
    if not WebhookSecret.objects.filter(pk=secret_id, waits=True, retired_at__isnull=True).update(waits=False):
        raise SecretNotFound


@operation
def retire_webhook_secret(*, secret_id: UUID, actor: Actor, now: datetime) -> None:
    """
    Accept nothing any more that is signed with this secret.

    :raises SecretNotFound: if there is none, or it was retired before.
    """
    live = WebhookSecret.objects.filter(pk=secret_id, retired_at__isnull=True)
    if not live.update(retired_at=now, retired_by=actor.label):
        raise SecretNotFound


@operation
def reseal_webhook_secrets() -> RotationSummary:
    """
    Seal with the newest key what an older one has sealed. A retired secret opens nothing, so it is left as it is.

    :return: how many, and by label the secrets that do not open.
    """
    summary = RotationSummary()
    for row in WebhookSecret.objects.filter(retired_at__isnull=True).order_by("pk").select_for_update(no_key=True):
        if not needs_resealing(row):
            continue
        try:
            seal_secret(row, open_secret(row))
        except Unreadable:
            summary.unreadable.append(f"webhook secret {row.label}")
            continue
        row.save(update_fields=["cipher", "cipher_key"])
        summary.sealed += 1
    return summary
