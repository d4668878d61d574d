"""The content security policy: nothing may be loaded, but by the pages that are looked at in a browser."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

Policy = dict[str, list[str]]

# A style of our own, for the pages of errors.
STRICT: Policy = {
    "default-src": [NONE],
    "style-src": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}
# The admin's theme evaluates expressions in the page (Alpine.js) and sets styles and scripts inline.
ADMIN: Policy = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
# Swagger UI sets styles inline and draws its icons from data addresses.
API_PAGES: Policy = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
STAFF = "/admin/"
BY_PREFIX: dict[str, Policy] = {STAFF: ADMIN, "/api/v1/docs": API_PAGES}
