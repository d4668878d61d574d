"""Every admin class of the house, for Django to find."""

from storecredit.backoffice.access import clients, staff
from storecredit.backoffice.activity import pages as activities
from storecredit.backoffice.approvals import batches as request_batches
from storecredit.backoffice.approvals import limits, requests
from storecredit.backoffice.books import accounts, holds, reasons, transactions
from storecredit.backoffice.cards import batches, cards
from storecredit.backoffice.changes import pages as access_changes
from storecredit.backoffice.checkouts import callouts, checkouts, deductions, events, orders, rules, secrets, unreturned
from storecredit.backoffice.customers import customers
from storecredit.backoffice.customers import requests as customer_requests
from storecredit.backoffice.finance import breakage, corrections, findings, journals, periods, reconciliations
from storecredit.backoffice.finance import rules as general_ledger
from storecredit.backoffice.imports import pages as imports

__all__ = [
    "access_changes",
    "accounts",
    "activities",
    "batches",
    "breakage",
    "callouts",
    "cards",
    "checkouts",
    "clients",
    "corrections",
    "customer_requests",
    "customers",
    "deductions",
    "events",
    "findings",
    "general_ledger",
    "holds",
    "imports",
    "journals",
    "limits",
    "orders",
    "periods",
    "reasons",
    "reconciliations",
    "request_batches",
    "requests",
    "rules",
    "secrets",
    "staff",
    "transactions",
    "unreturned",
]
