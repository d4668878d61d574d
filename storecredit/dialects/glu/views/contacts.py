"""The contacts that stored credit accounts belong to."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ledger import queries as ledger
from storecredit.api.permissions import HasScope
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.dialects.glu import examples
from storecredit.dialects.glu.serializers.accounts import Contact
from storecredit.dialects.glu.views.base import GluView


class ContactView(GluView):
    permission_classes = [HasScope(Scope.CUSTOMERS_READ)]
    path_names = {"contact": "id"}
    path_parameters = [path_parameter("id", "Id of the contact, or its customer number.")]

    @extend_schema(
        summary="Retrieve a contact",
        responses={200: Contact, 404: "There is no such contact."},
        examples=examples_of(examples.READ_CONTACT),
    )
    def get(self, request: Any, contact: str) -> Response:
        found = ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode)
        return self.show(Contact, found)
