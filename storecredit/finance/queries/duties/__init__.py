"""Segregation of duties: what one person did on both sides, by rule, in a span of days."""

from storecredit.finance.queries.duties.finding import MOST, Deed, Duty, list_duties
from storecredit.finance.queries.duties.rules import RULES, Rule

__all__ = ["MOST", "RULES", "Deed", "Duty", "Rule", "list_duties"]
