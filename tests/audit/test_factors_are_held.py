"""Nobody sets up or takes away what a colleague signs in with: by whatever statement."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from storecredit.audit.operations import acting
from tests.audit.test_access_is_held import intruder, own
from tests.backoffice.signing_in.people import SECURITY, give_password, newcomer, recovery_codes_in, set_up_app
from tests.factories.defaults import NOW
from tests.factories.people import UserFactory
from tests.ledger.attacks import run

pytestmark = pytest.mark.django_db

__all__ = ["intruder"]
_BOB = "(SELECT id FROM auth_user WHERE username = 'bob')"


@pytest.fixture(autouse=True)
def people() -> None:
    for name in ("bob", "dora"):
        UserFactory.create(username=name)


def given_factor(person: User) -> None:
    with acting(actor=own(person), now=NOW):
        Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed"})


_OF_BOB = f"WHERE user_id = {_BOB}"
OTHERS_FACTORS = {
    "one more": "INSERT INTO mfa_authenticator (user_id, type, data, created_at) "
    f"VALUES ({_BOB}, 'webauthn', '{{}}', '2026-01-01')",
    "none": f"DELETE FROM mfa_authenticator {_OF_BOB}",
    "of somebody else": f"UPDATE mfa_authenticator SET user_id = (SELECT id FROM auth_user WHERE username = 'dora') "
    f"{_OF_BOB}",
}


@pytest.mark.parametrize("statement", OTHERS_FACTORS.values(), ids=OTHERS_FACTORS)
def test_nobody_sets_up_or_takes_away_a_factor_of_somebody_else(statement: str, intruder):
    given_factor(User.objects.get(username="bob"))

    with pytest.raises(IntegrityError, match="mfa_authenticator_is_held"), transaction.atomic(), intruder:
        run(statement)


def test_ones_own_factor_is_ones_own(intruder):
    bob = User.objects.get(username="bob")
    with intruder, acting(actor=own(bob), now=NOW):
        Authenticator.objects.create(user=bob, type="totp", data={})
        Authenticator.objects.filter(user=bob).delete()

    assert not Authenticator.objects.exists()


def test_pages_set_up_and_take_away_what_is_ones_own_while_others_are_refused(monkeypatch):
    berta = newcomer("Approver", username="berta")
    give_password(berta)
    monkeypatch.setattr(connection, "access_unheld", "")
    if connection.vendor == "postgresql":
        run("SET LOCAL storecredit.unheld = ''")

    assert len(set_up_app(berta)) == 10
    app = Authenticator.objects.get(user=berta.user, type="totp")
    assert len(recovery_codes_in(berta.client.post(f"{SECURITY}codes/"))) == 10
    assert berta.client.post(f"{SECURITY}{app.pk}/remove/").status_code == 302

    assert not Authenticator.objects.exists()
