"""Each page gets the content security policy of its part of the site: strict, unless `settings.headers` says other."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

from storecredit.settings.headers import BY_PREFIX


class ContentPolicyMiddleware(CSPMiddleware):
    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if parts.config is None and not report_only:
            for prefix, policy in BY_PREFIX.items():
                if request.path_info.startswith(prefix):
                    parts.config = policy
        return parts
