from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models.texts import CodeField, NameField
from ledger.money import list_known_currencies
from storecredit.api.networks import parse_networks
from storecredit.api.rates import parse_rate
from storecredit.api.scopes import Scope


def validate_scopes(value: object) -> None:
    """A list of known scopes, each once."""
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise ValidationError(gettext("Scopes are a list that names each scope once."))
    unknown = [scope for scope in value if scope not in Scope.values]
    if unknown:
        raise ValidationError(gettext("Unknown scopes: %(str)s.") % {"str": ", ".join(map(str, unknown))})


def validate_rate(value: str) -> None:
    """A rate such as 600/min."""
    try:
        parse_rate(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_networks(value: object) -> None:
    """A list of networks in their usual form, each once."""
    if not isinstance(value, list) or not all(isinstance(network, str) for network in value):
        raise ValidationError(gettext("Networks are a list of texts."))
    try:
        usual = parse_networks(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if usual != value:
        raise ValidationError(gettext("Networks are written in their usual form, each once."))


def validate_issue_limits(value: object) -> None:
    """Positive whole numbers of minor units, by the code of a currency: a limit outlives its currency."""
    if not isinstance(value, dict):
        raise ValidationError(gettext("Limits are an object of amounts by currency."))
    known = list_known_currencies()
    for currency, amount_minor in value.items():
        if currency not in known:
            raise ValidationError(gettext("%(currency)s is not a currency.") % {"currency": currency})
        if type(amount_minor) is not int or amount_minor <= 0:
            raise ValidationError(
                gettext("The limit in %(currency)s is not a positive whole number of minor units.")
                % {"currency": currency}
            )


class Guesser(models.Model):
    """What somebody has got wrong of codes and account numbers, and until when none is looked up for them."""

    look_up_misses = models.PositiveIntegerField(default=0, editable=False)
    look_up_misses_from = models.DateTimeField(null=True, editable=False)
    look_up_waits = models.PositiveSmallIntegerField(default=0, editable=False)
    look_ups_stopped_until = models.DateTimeField(null=True, editable=False)
    look_ups_limited_at = models.DateTimeField(
        _("card look-ups last stopped"),
        null=True,
        editable=False,
        help_text=_("When it last guessed too many card codes."),
    )

    class Meta:
        abstract = True


class ApiClient(Guesser):
    """A program that may call the API, and what it may do there."""

    name = NameField(max_length=100, help_text=_("Stands in the history of everything the client does."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="api_clients",
        help_text=_(
            "The person behind the client: it may do no more than they may, and they alone are shown its keys. "
            "Who approves credits must have one. Another owner ends the keys."
        ),
    )
    scopes = models.JSONField(default=list, blank=True, validators=[validate_scopes])
    rate = models.CharField(
        max_length=20,
        default="600/min",
        validators=[validate_rate],
        help_text=_("Most requests the client may make, such as 600/min."),
    )
    miss_limit = models.CharField(
        max_length=20,
        default="60/h",
        validators=[validate_rate],
        help_text=_("Card codes and account numbers the client may get wrong before it has to wait, such as 60/h."),
    )
    issue_limits = models.JSONField(
        _("largest single issue"),
        default=dict,
        blank=True,
        validators=[validate_issue_limits],
        help_text=_("The most that the client may issue at once, in minor units by currency."),
    )
    issue_limits_per_day = models.JSONField(
        _("most issued in a day"),
        default=dict,
        blank=True,
        validators=[validate_issue_limits],
        help_text=_(
            "The most that the client may issue in one day of the shop, in minor units by "
            "currency. With any limit of either kind it issues nothing in a currency that "
            "neither names."
        ),
    )
    networks = models.JSONField(
        _("allowed networks"),
        default=list,
        blank=True,
        validators=[validate_networks],
        help_text=_("From where the client may call, such as 192.0.2.0/24 or 2001:db8::/32. None: from anywhere."),
    )
    tenant = CodeField(max_length=24, blank=True, help_text=_("The only tenant this client may name."))
    test_mode = models.BooleanField(
        _("test"), default=False, help_text=_("Sees and makes test customers and test money alone.")
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("API client")
        constraints = [
            UniqueConstraint(name="api_apiclient_name_unique", fields=["name"]),
            CheckConstraint(name="api_apiclient_name_not_blank", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class IssuedDay(models.Model):
    """What a client that has a limit by day has issued on one day of the shop. Counted with each issue, never less."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="issued_days", db_index=False)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    issued_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(name="api_issuedday_one_per_currency", fields=["client", "day", "currency"]),
            CheckConstraint(name="api_issuedday_not_negative", condition=Q(issued_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.day} {self.currency}"


class UseOutcome(models.TextChoices):
    """What a call came to."""

    ANSWERED = "ANSWERED", _("answered")
    NOT_ALLOWED = "NOT_ALLOWED", _("not allowed")
    FOREIGN = "FOREIGN", _("from a network that is not allowed")
    NOT_FOUND = "NOT_FOUND", _("not found")
    TOO_MANY = "TOO_MANY", _("too many")
    REFUSED = "REFUSED", _("refused")
    FAILED = "FAILED", _("failed")


class ClientUse(models.Model):
    """How often a client called one of the APIs on a day of the shop, by what came of it. Counted, never taken back."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="use", db_index=False)
    day = models.DateField()
    dialect = models.CharField(max_length=16)
    outcome = models.CharField(max_length=11, choices=UseOutcome)
    count = models.BigIntegerField()
    last_at = models.DateTimeField()
    last_address = models.CharField(max_length=45, blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(name="api_clientuse_one_a_day", fields=["client", "day", "dialect", "outcome"]),
            CheckConstraint(name="api_clientuse_count_positive", condition=Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.day} {self.dialect} {self.outcome}"


class PersonLookUps(Guesser):
    """What somebody at the back office has got wrong."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="look_ups")

    class Meta:
        verbose_name = _("code look-ups of a person")
        verbose_name_plural = _("code look-ups by people")

    def __str__(self) -> str:
        return gettext("Code look-ups by %(person_id)s") % {"person_id": self.person_id}


class ApiKey(models.Model):
    """One key of a client. The key itself is shown once, when it is made; only its hash is kept."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=8, editable=False, help_text=_("The public part of the key."))
    hash = models.CharField(_("SHA-256"), max_length=64, editable=False)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    warned_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When people were last told that it expires.")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("Who made it in the admin, and so read it."),
    )
    door = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Where it was made."))

    class Meta:
        verbose_name = _("API key")
        constraints = [
            UniqueConstraint(name="api_apikey_prefix_unique", fields=["prefix"]),
            CheckConstraint(
                name="api_apikey_expires_after_creation",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
            ),
            CheckConstraint(
                name="api_apikey_made_in_the_admin_by_somebody",
                condition=~Q(door="admin") | Q(made_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"sc_{self.prefix}_…"

    @property
    def shown_door(self) -> str:
        """Where it was made, in words; of an old key nobody wrote it down."""
        if self.door == "admin":
            return gettext("in the admin")
        return (
            gettext("on the command line (%(command)s)") % {"command": self.door.removeprefix("command:")}
            if self.door
            else gettext("not written down")
        )


class IdempotencyRecord(models.Model):
    """
    What a client's idempotency key stood for, and the answer it got. Kept for ever.

    Written in the transaction that has the effect: a row without an answer is never seen by another.
    """

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="idempotency_records", db_index=False)
    namespace = models.CharField(max_length=64, blank=True, default="")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of what was asked."))
    # The default is the database's, too: a program of the release before knows no version.
    version = models.PositiveSmallIntegerField(default=1, db_default=1, help_text=_("How the fingerprint was taken."))
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(name="api_idempotencyrecord_key_once_per_client", fields=["client", "namespace", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.key}"
