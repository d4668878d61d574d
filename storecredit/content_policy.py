"""
Each page gets the content security policy of its part of the site: strict, unless `settings.headers` says other. And no
page for staff is kept by a cache, be it one where a password is changed or one that tells of a lock.
"""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase

from storecredit.settings.headers import BY_PREFIX, STAFF, STRICT


class ContentPolicyMiddleware(CSPMiddleware):
    _strict = build_policy(config=STRICT)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(STAFF):
            response.headers.setdefault("Cache-Control", "no-store, private")
        if request.path_info.startswith(tuple(BY_PREFIX)):
            return super().process_response(request, response)
        # Putting a policy together takes longer than all the other headers; the strict one is always the same.
        response.headers.setdefault(HEADER, self._strict)
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if parts.config is None and not report_only:
            parts.config = next(policy for prefix, policy in BY_PREFIX.items() if request.path_info.startswith(prefix))
        return parts
