from storecredit.credits.models.approvals import MoneyApproval
from storecredit.credits.models.batches import BatchStatus, CreditRequestBatch
from storecredit.credits.models.customers import CustomerRequest, CustomerRequestKind, CustomerRequestStatus
from storecredit.credits.models.history import CreditRequestEvent, CreditRequestVote, RequestEventKind
from storecredit.credits.models.limits import (
    SHIPPED_CEILING_MINOR,
    SHIPPED_DAY_TIMES,
    ApprovalPolicy,
    ApproverLimit,
    GivenDay,
    IssueCeiling,
    IssueLimit,
)
from storecredit.credits.models.parties import Party
from storecredit.credits.models.persons import ClientPerson, PersonCustomer
from storecredit.credits.models.requests import (
    CreditRequest,
    CreditRequestMetadatum,
    CreditRequestWord,
    OrderKind,
    PayeeKind,
    RequestKind,
    RequestStatus,
    sealed_with_an_older_key,
)
