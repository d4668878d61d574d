"""
The OpenAPI description and the page for integrators, both without help from other hosts.

Neither depends on who asks, so both may be kept: a client that sends back the ETag learns that nothing has changed.
"""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from django.views.generic import TemplateView, View

from storecredit.api.dialects import API_ROOT, Dialect, list_dialects
from storecredit.api.error_codes import example_error, list_error_codes
from storecredit.api.schema import DialectGenerator
from storecredit.api.scopes import Scope

#: Packed, kept by whoever likes, and asked for again each time, which costs next to nothing while nothing has changed.
_KEPT = [gzip_page, conditional_page, cache_control(public=True, no_cache=True)]


@method_decorator(_KEPT, name="get")
class SchemaView(View):
    """The description, as JSON. It is made once a process."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(write_schema(), content_type="application/json")


@method_decorator(_KEPT, name="get")
class DocsView(TemplateView):
    """What an integrator reads first, and below it every operation. The page itself holds no script and no style."""

    http_method_names = ["get", "head"]
    template_name = "api/docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page's facts, each from where it is made true."""
        return super().get_context_data(
            root=self.request.build_absolute_uri(API_ROOT.rstrip("/")),
            version=settings.SPECTACULAR_SETTINGS["VERSION"],
            scopes=Scope.choices,
            dialects=[_describe(dialect) for dialect in list_dialects()],
            **kwargs,
        )


@lru_cache(maxsize=8)
def _describe(dialect: Dialect) -> dict[str, Any]:
    return {
        "name": dialect.name,
        "title": dialect.title,
        "error": json.dumps(example_error(dialect), indent=2, ensure_ascii=False),
        "codes": list_error_codes(dialect),
    }


@lru_cache(maxsize=1)
def write_schema() -> bytes:
    generator: Any = DialectGenerator
    return json.dumps(generator().get_schema(request=None, public=True), ensure_ascii=False).encode()
