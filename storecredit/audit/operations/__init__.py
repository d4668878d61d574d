"""What writes down what was done."""

from storecredit.audit.models import ActivityKind
from storecredit.audit.operations.erasing import NewErasure, record_erasures
from storecredit.audit.operations.recording import Acting, Subject, record_activity
