"""The settings of the HTTP API and of its description."""

from typing import Any

# Which dialect words the answers below a first path segment; the plain one words all others.
API_DIALECTS = {"customers": "storecredit.dialects.tiquo.errors.Tiquo"}
REST_FRAMEWORK: dict[str, Any] = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Store credit",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
