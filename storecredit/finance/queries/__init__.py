"""What finance asks the books."""

from storecredit.finance.queries.references import Referred, list_referred
