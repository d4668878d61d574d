"""Each table has a factory with valid defaults: for the model, for the database and for whoever proves the books."""

import pkgutil
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db.models import Model
from factory.django import DjangoModelFactory

from storecredit.backoffice.proof import DOMAINS
from tests import factories

pytestmark = pytest.mark.django_db

OURS = ("audit", "ledger", "giftcards", "credits", "checkouts", "api", "backoffice", "finance")
MODELS = [model for label in OURS for model in apps.get_app_config(label).get_models()] + [User, Group]


def factory_of(model: type[Model]) -> type[DjangoModelFactory[Model]]:
    """The factory that is called after the model."""
    modules = [
        import_module(f"{factories.__name__}.{place.name}") for place in pkgutil.iter_modules(factories.__path__)
    ]
    name = f"{model.__name__}Factory"
    found = [vars(module)[name] for module in modules if name in vars(module)]
    assert found, f"There is no factory for {model._meta.label}."
    return found[0]


def validate(row: Model) -> None:
    """Hold a row against its model's own rules, but for columns that are empty by themselves and in no form."""
    empty = {
        field.name
        for field in row._meta.concrete_fields
        if getattr(row, field.attname) in field.empty_values and (field.null or field.has_default())
    }
    row.clean_fields(exclude=empty)
    row.clean()
    row.validate_unique()
    row.validate_constraints()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_factory_makes_valid_rows_of_its_model_as_often_as_it_is_asked(model: type[Model]):
    made = factory_of(model).create_batch(2)

    rows = [model._default_manager.get(pk=row.pk) for row in made]
    assert rows == made
    for row in rows:
        validate(row)


def test_whoever_proves_the_books_finds_nothing_wrong_with_what_factories_make():
    for model in MODELS:
        factory_of(model).create()

    assert [finding for _label, domain in DOMAINS for finding in domain.list_findings()] == []
