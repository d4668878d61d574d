"""What an activity tells is read in the words of the tables it speaks of, in the reader's language."""

from collections.abc import Mapping

import pytest
from django.contrib.auth.models import Permission
from django.utils.translation import override

from storecredit.audit.models import Activity
from storecredit.backoffice.activity.lines import changes_text
from storecredit.backoffice.changes.permissions import permission_text

pytestmark = pytest.mark.once_on_sqlite


def told(kind: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    return changes_text(Activity(subject_kind=kind, before=before, after=after))


def test_columns_are_called_what_their_pages_call_them_and_codes_and_days_are_words():
    rate = {"kind": "GIFT_CARD", "valid_from": "2026-01-31"}

    assert told("finance.breakagerate", {}, rate) == "Kind: – → Gift card · Valid from: – → 31 Jan 2026"
    with override("de"):
        assert told("finance.breakagerate", {}, rate) == "Art: – → Geschenkkarte · Gültig ab: – → 31. Jan 2026"
        assert told("auth.user", {"notices_waiting": "AT_ONCE"}, {"notices_waiting": "NEVER"}) == (
            "E-Mail bei Wartendem: Sofort → Gar nicht"
        )


@pytest.mark.parametrize("moment", ["2026-05-04 12:00:00", "2026-05-04T12:00:00+00:00", "2026-05-04T14:00:00+02:00"])
def test_a_moment_is_the_same_however_a_database_writes_it(moment):
    assert told("api.apikey", {}, {"revoked_at": moment}) == "Revoked: – → 4 May 2026, 12:00"


@pytest.mark.parametrize("number", [20260504, "20260504", "2026W01", "2026-05-041"])
def test_a_number_that_a_standard_takes_for_a_day_stays_a_number(number):
    limit = {"at_once_up_to_minor": number}

    assert told("", {}, limit) == f"At once up to minor: – → {number}"


def test_what_is_no_day_and_of_no_table_stays_as_it_is():
    assert told("no.table", {"some_figure": "2026-13-45"}, {"some_figure": "7"}) == "Some figure: 2026-13-45 → 7"
    assert told("", {}, {"scopes": [], "label": None, "note": "", "name": "Till"}) == "Name: – → Till"


@pytest.mark.django_db
def test_the_right_to_take_lists_out_is_about_all_of_them():
    assert permission_text(Permission.objects.get(codename="export_lists")) == "All lists · Can export lists"
