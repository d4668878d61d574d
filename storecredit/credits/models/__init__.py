from storecredit.credits.models.batches import BatchStatus, CreditRequestBatch
from storecredit.credits.models.history import CreditRequestEvent, CreditRequestVote, RequestEventKind
from storecredit.credits.models.limits import ApprovalPolicy, ApproverLimit, IssueLimit
from storecredit.credits.models.parties import Party
from storecredit.credits.models.persons import ClientPerson
from storecredit.credits.models.requests import (
    CreditRequest,
    CreditRequestWord,
    OrderKind,
    PayeeKind,
    RequestKind,
    RequestStatus,
    sealed_with_an_older_key,
)
