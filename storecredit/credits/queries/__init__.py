"""What can be asked of credit requests. Nothing in here writes."""

from storecredit.credits.models import (
    SHIPPED_CEILING_MINOR,
    SHIPPED_DAY_TIMES,
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestBatch,
    CreditRequestEvent,
    CreditRequestVote,
    CustomerRequest,
    IssueCeiling,
    IssueLimit,
    PersonCustomer,
    RequestEventKind,
)
from storecredit.credits.queries.approvers import (
    DECIDE,
    Approver,
    Chance,
    Part,
    find_client_id,
    get_chances,
    has_approved_for,
    has_stood_behind,
    list_approvers,
    list_decidable,
    list_parts,
    may_approve,
    refuse_amount,
    refuse_approval,
)
from storecredit.credits.queries.card_batches import CARD_BATCHES, needs_two
from storecredit.credits.queries.context import (
    RECENT_DAYS,
    RECENT_SHOWN,
    Doubt,
    DoubtKind,
    RequestContext,
    get_contexts,
)
from storecredit.credits.queries.customers import (
    ABOUT_CUSTOMERS,
    DECIDE_ABOUT,
    list_customer_requests,
    list_requests_about,
    list_undecided_about,
)
from storecredit.credits.queries.days import (
    GivingDay,
    get_day_ceiling,
    get_day_limit,
    get_giving_day,
    list_giving_days,
)
from storecredit.credits.queries.deciders import Decider, Deciding, list_people_with, list_roles
from storecredit.credits.queries.findings import list_checks, list_findings
from storecredit.credits.queries.hopeless import (
    PENDING_LOOKED_AT,
    Gap,
    approval_warnings,
    find_hopeless_pending,
    list_approval_currencies,
    list_gaps,
)
from storecredit.credits.queries.limits import (
    Allowance,
    count_approvals_needed,
    find_default_policy,
    find_policy,
    get_ceiling,
    get_limit_at_once,
    list_allowances,
    list_issue_limits,
    list_limits,
    most_at_once_minor,
    worth_minor,
)
from storecredit.credits.queries.own import find_link, find_link_of, map_own_customers
from storecredit.credits.queries.persons import list_rows_of, map_people_behind
from storecredit.credits.queries.requests import (
    ended_as,
    find_end,
    find_request_of_transaction,
    get_batch,
    get_request,
    get_request_of_order,
    list_request_events,
    list_request_page,
    list_requests,
    list_requests_of_card,
    list_requests_of_customer,
    list_requests_of_order,
    list_requests_of_person,
    list_votes,
    look_up_numbers,
    map_decisions,
)
from storecredit.credits.queries.twins import Receiver, list_twin_entries, list_twin_requests
