"""A list's rows are laid out by the house and look as the theme's own do, of which they are a quicker telling."""

import re
from typing import Any

import pytest
from unfold.templatetags import unfold_list as theme

from giftcards.models import GiftCard
from storecredit.backoffice.kit.listing import list_rows
from tests.backoffice.staff import LISTS, Staff, list_url
from tests.giftcards.cards import given_card
from tests.project.test_factories import factory_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def cells_of(rows: Any) -> list[list[str]]:
    return [[re.sub(r"\s+", " ", str(cell)) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [({}, ""), ({"_popup": "1"}, ""), ({}, "_changelist_filters=q%3Dann%26kind%3D%252F1%252Fchange%252F")],
    ids=["list", "popup", "narrowed"],
)
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_cell_of_every_list_is_as_the_theme_lays_it_out(model, asked, kept):
    root = Staff(username="root", is_superuser=True)
    factory_of(model).create_batch(2)
    page = root.open(list_url(model), **asked)
    listed, context = page.context["cl"], {"request": page.wsgi_request}
    listed.preserved_filters = kept

    theirs = cells_of(theme.result_list(context, listed)["results"])

    assert len(theirs) >= 2
    assert cells_of(list_rows(context, listed)["results"]) == theirs


def test_the_box_before_each_card_chooses_that_card():
    cards = {str(given_card().id) for _ in range(3)}

    page = Staff("Agent").open(list_url(GiftCard))

    chosen = re.findall(r'"_selected_action" value="([^"]+)"', page.text)
    assert chosen == [str(row.pk) for row in page.context["cl"].result_list]
    assert set(chosen) == cards
