"""What can be asked of credit requests. Nothing in here writes."""

from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestBatch,
    CreditRequestEvent,
    CreditRequestVote,
    IssueLimit,
)
from storecredit.credits.queries.context import (
    RECENT_DAYS,
    RECENT_SHOWN,
    Doubt,
    DoubtKind,
    RequestContext,
    get_contexts,
)
from storecredit.credits.queries.findings import list_checks, list_findings
from storecredit.credits.queries.limits import (
    Allowance,
    count_approvals_needed,
    find_default_policy,
    find_issue_limit,
    find_policy,
    list_allowances,
    list_issue_limits,
    list_limits,
)
from storecredit.credits.queries.refusals import has_voted, list_decidable, refuse_amount, refuse_approval
from storecredit.credits.queries.requests import (
    get_batch,
    get_request,
    get_request_of_order,
    list_request_events,
    list_requests,
    list_requests_of_order,
    list_votes,
)

__all__ = [
    "RECENT_DAYS",
    "RECENT_SHOWN",
    "Allowance",
    "ApprovalPolicy",
    "ApproverLimit",
    "CreditRequest",
    "CreditRequestBatch",
    "CreditRequestEvent",
    "CreditRequestVote",
    "Doubt",
    "DoubtKind",
    "IssueLimit",
    "RequestContext",
    "count_approvals_needed",
    "find_default_policy",
    "find_issue_limit",
    "find_policy",
    "get_batch",
    "get_contexts",
    "get_request",
    "get_request_of_order",
    "has_voted",
    "list_allowances",
    "list_checks",
    "list_decidable",
    "list_findings",
    "list_issue_limits",
    "list_limits",
    "list_request_events",
    "list_requests",
    "list_requests_of_order",
    "list_votes",
    "refuse_amount",
    "refuse_approval",
]
