"""The approval inbox, the pages of requests and batches, and who may decide and issue how much."""

from storecredit.credits.admin.batches import RequestBatchAdmin
from storecredit.credits.admin.limits import ApprovalPolicyAdmin, ApproverLimitAdmin, IssueLimitAdmin
from storecredit.credits.admin.requests import CreditRequestAdmin

__all__ = ["ApprovalPolicyAdmin", "ApproverLimitAdmin", "CreditRequestAdmin", "IssueLimitAdmin", "RequestBatchAdmin"]
