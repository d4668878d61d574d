from django.conf import settings
from django.db import models
from django.db.models.constraints import UniqueConstraint

from ledger.models import Customer


class ClientPerson(models.Model):
    """
    A person who stands or stood behind an API client: its owner, or whoever made a key of it in the admin and read it.

    Written by the database itself, with the owner and with the key, and never taken back: what the client asks for or
    ever asked for, these people do not approve.
    """

    client = models.ForeignKey("api.ApiClient", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_behind")

    class Meta:
        constraints = [UniqueConstraint(name="credits_clientperson_once", fields=["client", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id} behind {self.client_id}"


class PersonCustomer(models.Model):
    """
    A login whose person is a customer, too: one customer, and a customer is one login's at most.

    Whoever is linked moves none of that customer's money and decides nothing about it: triggers see to it, on every
    line that says who acts. Whom the customer was merged into counts as well.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="as_customer")
    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="as_person")
    linked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} is {self.customer_id}"
