"""The segregation of duties joins the shop's largest tables with its smallest: each rule is planned by its cost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from storecredit.finance.queries import RULES, list_duties
from tests.credits.requests import given_person
from tests.scenarios import NOW

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

#: What the planner adds for a table that is read whole where that is refused: far more than any shop costs.
REFUSED = 10**10


def show(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        value: str = cursor.fetchone()[0]
    return value


def test_no_rule_is_planned_as_if_all_ways_cost_the_same():
    given_person("alice")
    costs: dict[str, float] = {}

    def plan(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith("WITH") and not costs.get(sql):
            with connection.cursor() as cursor:
                costs[sql] = -1
                cursor.execute(f"EXPLAIN {sql}", params)
                costs[sql] = float(re.findall(r"\.\.([\d.]+)", cursor.fetchone()[0])[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(plan):
        list_duties(rules=RULES, since=NOW - timedelta(days=400), until=NOW)

    assert len(costs) == len(RULES)
    assert max(costs.values()) < REFUSED
    # Whatever is asked afterwards is planned as ever.
    assert (show("enable_seqscan"), show("plan_cache_mode")) == ("off", "auto")
