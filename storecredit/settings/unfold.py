"""How the admin looks."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Store credit", "SITE_HEADER": "Store credit", "SITE_URL": None}
