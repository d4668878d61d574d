"""No choice: whatever a client accepts, JSON is what it gets, and what it sends is judged by the parser."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class JSONAlone(BaseContentNegotiation):
    """The first parser and the first renderer of the view."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
