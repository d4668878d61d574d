"""What became of a file, and what was exported, is given to whoever may have it at that moment, and to nobody else."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from storecredit.backoffice.models import ImportKind, ImportState
from tests.backoffice.staff import Staff
from tests.factories.finance import JournalExportFactory
from tests.factories.imports import ImportRunFactory
from tests.factories.people import permissions_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

FILES = ("errors", "result")


def of_run(staff: Staff, run_id: Any) -> list[int]:
    return [staff.open(reverse(f"admin:backoffice_importrun_{file}", args=[run_id])).status_code for file in FILES]


def test_what_became_of_ones_own_file_is_given_no_longer_than_the_right_lasts():
    clerk, thief = Staff(username="clerk"), Staff(username="thief")
    rights = permissions_named("backoffice.view_importrun", "backoffice.import_cards")
    clerk.user.user_permissions.set(rights)
    thief.user.user_permissions.set(permissions_named("backoffice.view_importrun", "backoffice.import_customers"))
    run = ImportRunFactory.create(kind=ImportKind.CARDS, started_by=clerk.user, state=ImportState.DONE)

    assert (of_run(clerk, run.pk), of_run(thief, run.pk)) == ([200, 200], [403, 403])
    assert (of_run(clerk, uuid4()), of_run(thief, uuid4())) == ([404, 404], [404, 404])
    for right in rights:
        clerk.user.user_permissions.remove(right)
        assert of_run(clerk, run.pk) == [403, 403]
        clerk.user.user_permissions.add(right)


@pytest.mark.parametrize(
    ("rights", "status"),
    [
        (["finance.view_journalexport", "backoffice.export_lists"], 200),
        (["finance.view_journalexport"], 403),
        (["backoffice.export_lists"], 403),
        ([], 403),
    ],
)
def test_a_journal_is_given_to_whoever_sees_it_and_may_take_it_out(rights, status):
    staff, journal = Staff(username="clerk"), JournalExportFactory.create()
    staff.user.user_permissions.set(permissions_named(*rights))

    files = [reverse("admin:finance_journalexport_file", args=[pk, "csv"]) for pk in (journal.pk, journal.pk + 1)]

    assert [staff.open(file).status_code for file in files] == [status, 404]
