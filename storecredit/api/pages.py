"""The OpenAPI description and the page that shows it, both without help from other hosts."""

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import View
from drf_spectacular.views import SpectacularSwaggerSplitView

from storecredit.api.schema import DialectGenerator


class SchemaView(View):
    """The description, as JSON. It is made once a process: nothing in it depends on who asks."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(_write_schema(), content_type="application/json")


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI. Its start script is a file of its own, so that the page needs no inline script."""

    http_method_names = ["get", "head"]
    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    url_name = "api-schema"


@lru_cache(maxsize=1)
def _write_schema() -> bytes:
    generator: Any = DialectGenerator
    return json.dumps(generator().get_schema(request=None, public=True), ensure_ascii=False).encode()
