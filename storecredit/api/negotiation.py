"""
Next to no choice: whatever a client accepts, JSON is what it gets, or CSV where a report can be had so and that is what
it prefers; and what it sends is judged by the parser.
"""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class JSONAlone(BaseContentNegotiation):
    """The first parser and the first renderer of the view."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class JSONOrCSV(JSONAlone):
    """The renderer that the client prefers, the first of the view if it takes any or none of them."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        preferred = request._request.get_preferred_type([each.media_type for each in renderers])
        fitting = [each for each in renderers if each.media_type == preferred] or renderers
        return fitting[0], fitting[0].media_type
