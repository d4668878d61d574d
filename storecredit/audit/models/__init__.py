"""What was done in the house, a row each, for ever."""

from storecredit.audit.models.activities import Activity, list_kinds
from storecredit.audit.models.erasures import Erasure
from storecredit.audit.models.kinds import ActivityKind
