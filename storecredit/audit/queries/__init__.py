"""What is asked of what was done."""

from storecredit.audit.models import Activity, ActivityKind, list_kinds
from storecredit.audit.queries.erasures import find_sealed_digests, list_erased_ids, list_sealed_erasures
