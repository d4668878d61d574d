"""With which secrets the vendor may sign, and which key has sealed them."""

from django.db.models import Count

from storecredit.checkouts.models import WebhookSecret
from storecredit.checkouts.models.secrets import Unreadable, needs_resealing, open_secret


def list_live_secrets() -> list[tuple[str, bool]]:
    """The plain secrets that events may be signed with, and whether each is of the test mode."""
    live = WebhookSecret.objects.filter(retired_at__isnull=True, waits=False).order_by("-created_at", "pk")
    found = []
    for row in live:
        try:
            found.append((open_secret(row), row.test_mode))
        except Unreadable:
            # Its key is gone: nothing can be signed with it any more, and the others still count.
            continue
    return found


def count_secrets_by_key() -> dict[str, int]:
    """How many live secrets each key has sealed, by the key's name."""
    live = WebhookSecret.objects.filter(retired_at__isnull=True)
    return dict(live.order_by("cipher_key").values_list("cipher_key").annotate(Count("pk")))


def count_secrets_to_rotate() -> int:
    """How many live secrets an older key has sealed."""
    return sum(needs_resealing(row) for row in WebhookSecret.objects.filter(retired_at__isnull=True))
