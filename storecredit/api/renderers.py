"""How an answer is written: JSON with exact decimals, in which JSON that was kept stands as it is."""

from typing import Any

from rest_framework.renderers import BaseRenderer

from storecredit.api.json_text import to_bytes, to_json


class ExactJSONRenderer(BaseRenderer):
    """JSON in UTF-8, without blanks."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The bytes of an answer; none for one without a body."""
        return b"" if data is None else to_bytes(to_json(data))
