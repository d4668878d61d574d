"""What lets anybody do more than before, and so waits for a second person: the same rules as `changes/raising.py`."""

from moneyed import CURRENCIES

from ledger.money import decimals
from ledger.triggers.holding import Held

#: As `SHIPPED_CEILING_MINOR`, which is of a model and not there yet.
_SHIPPED_MINOR = 100_000
#: As `SHIPPED_DAY_TIMES`.
_SHIPPED_DAY_TIMES = 10
#: As `ROLES`, in small letters. By such a name people know what somebody may do, and `migrate` knows its role.
SHIPPED_ROLES = ("administrator", "agent", "approver", "card manager", "finance", "viewer")


def _is_in(member: str, value: str) -> str:
    """Whether a list of numbers in what a change is to make so names one."""
    members = f"REPLACE(REPLACE(REPLACE(c.after ->> '{member}', '[', ','), ']', ','), ' ', '')"
    return f"{members} LIKE '%,' || {value} || ',%'"


def _same(member: str) -> str:
    return f"CAST(c.after ->> '{member}' AS TEXT) IS NOT DISTINCT FROM CAST(NEW.{member} AS TEXT)"


def _same_amount(member: str) -> str:
    return f"CAST(c.after ->> '{member}' AS NUMERIC) IS NOT DISTINCT FROM NEW.{member}"


def _all(*conditions: str) -> str:
    return " AND ".join(f"({condition})" for condition in conditions)


def _any(*conditions: str) -> str:
    return " OR ".join(f"({condition})" for condition in conditions)


_THIS = "c.subject_id = CAST(NEW.id AS TEXT)"
# SQLite keeps such keys without hyphens.
_THIS_UUID = "REPLACE(c.subject_id, '-', '') = REPLACE(CAST(NEW.id AS TEXT), '-', '')"
#: A row that is to be made has no number yet.
_THIS_OR_NEW = f"({_THIS} OR c.subject_id = '')"
_PERSON = """(c.subject_id = CAST(NEW.user_id AS TEXT) OR (c.subject_id = ''
      AND c.subject_label = (SELECT u.username FROM auth_user u WHERE u.id = NEW.user_id)))"""
_MAY_ENTER = """(NEW.is_superuser OR EXISTS (SELECT 1 FROM auth_user_groups g WHERE g.user_id = NEW.id)
      OR EXISTS (SELECT 1 FROM auth_user_user_permissions p WHERE p.user_id = NEW.id))"""
_SUPERUSER_IS_SO = "NOT NEW.is_superuser OR CAST(c.after ->> 'superuser' AS TEXT) IN ('true', '1')"
# Whoever is made is active.
_ACTIVE_IS_SO = "NOT NEW.is_active OR COALESCE(CAST(c.after ->> 'active' AS TEXT), 'true') IN ('true', '1')"
_ADDRESS_CHANGES = "NEW.email <> '' AND LOWER(NEW.email) <> LOWER(OLD.email)"

_BECOMES_NOBODY = """EXISTS (SELECT 1 FROM ledger_customer n
      JOIN credits_customerrequest r ON r.customer_id IN (n.id, n.merged_into_id)
      WHERE n.id = OLD.customer_id AND n.anonymised_at IS NULL AND r.kind = 'ANONYMISE' AND r.status = 'APPROVED')"""


def _covers(other: str, row: str) -> str:
    """Whether one approver limit allows as much as another."""
    return f"""{other}.per_request >= {row}.per_request AND ({other}.per_day IS NULL
      OR ({row}.per_day IS NOT NULL AND {row}.per_day <= {other}.per_day))"""


_SAME_CASE = "NEW.user_id IS NOT DISTINCT FROM OLD.user_id AND NEW.group_id IS NOT DISTINCT FROM OLD.group_id"
_APPROVER_ADDED = f"""NEW.user_id IS NULL OR NOT EXISTS (SELECT 1 FROM credits_approverlimit l
      WHERE l.currency = NEW.currency AND l.id IS DISTINCT FROM NEW.id
        AND (l.user_id = NEW.user_id OR l.group_id IN (
          SELECT g.group_id FROM auth_user_groups g WHERE g.user_id = NEW.user_id))
        AND {_covers("l", "NEW")})"""
_APPROVER_REMOVED = f"""OLD.user_id IS NOT NULL AND EXISTS (SELECT 1 FROM credits_approverlimit l
      JOIN auth_user_groups g ON g.group_id = l.group_id
      WHERE g.user_id = OLD.user_id AND l.currency = OLD.currency AND NOT ({_covers("OLD", "l")}))"""
# Its first limit ends what a role's members issued without one; a further one adds.
_ISSUER_ADDED = """EXISTS (SELECT 1 FROM credits_issuelimit l WHERE l.group_id = NEW.group_id AND l.id <> NEW.id)
      OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_user_groups o ON o.user_id = m.user_id
        JOIN credits_issuelimit l ON l.group_id = o.group_id
        WHERE m.group_id = NEW.group_id AND l.id <> NEW.id GROUP BY m.user_id
        HAVING COALESCE(MAX(CASE WHEN l.currency = NEW.currency THEN l.amount END), 0) < NEW.amount
          OR (COUNT(CASE WHEN l.currency = NEW.currency AND l.per_day IS NULL THEN 1 END) = 0
            AND (NEW.per_day IS NULL
              OR COALESCE(MAX(CASE WHEN l.currency = NEW.currency THEN l.per_day END), 0) < NEW.per_day)))"""
# Also where nobody has the role yet: whoever comes to it would issue without the limit.
_ISSUER_REMOVED = """NOT EXISTS (
        SELECT 1 FROM credits_issuelimit l WHERE l.group_id = OLD.group_id AND l.id <> OLD.id)"""
_NAMED_AS_SHIPPED = f"TRIM(LOWER(NEW.name)) IN ({', '.join(map(repr, SHIPPED_ROLES))})"


# A role's row that says nothing of the day has the ceiling's.
_DAY_RISES = "OLD.per_day IS NOT NULL AND (NEW.per_day IS NULL OR NEW.per_day > OLD.per_day)"


def _day_of(row: str) -> str:
    """What a ceiling allows in a day."""
    return f"COALESCE({row}.per_day, {row}.amount * {_SHIPPED_DAY_TIMES})"


def _shipped(currency: str) -> str:
    """The ceiling of a currency that has none of its own."""
    by_digits: dict[int, list[str]] = {}
    for code in sorted(CURRENCIES):
        by_digits.setdefault(decimals(code), []).append(f"'{code}'")
    whens = " ".join(
        f"WHEN {currency} IN ({', '.join(codes)}) THEN {_SHIPPED_MINOR / 10**digits:g}"
        for digits, codes in sorted(by_digits.items())
        if digits != 2
    )
    return f"(CASE {whens} ELSE {_SHIPPED_MINOR / 100:g} END)"


def _loosened(policy: str, than: str) -> str:
    """Whether one policy lets through what another does not."""
    return f"""COALESCE({policy}.auto_approve_up_to_minor, 0) > COALESCE({than}.auto_approve_up_to_minor, 0)
      OR ({than}.second_approval_above_minor IS NOT NULL AND ({policy}.second_approval_above_minor IS NULL
        OR {policy}.second_approval_above_minor > {than}.second_approval_above_minor))"""


# Beside every other policy stands the case that there is none: nothing is approved alone, one approval is enough.
_POLICY_ADDED = f"""NEW.auto_approve_up_to_minor IS NOT NULL OR EXISTS (SELECT 1 FROM credits_approvalpolicy p
      WHERE p.currency = NEW.currency AND p.id <> NEW.id AND ({_loosened("NEW", "p")}))"""
_POLICY_REMOVED = f"""OLD.second_approval_above_minor IS NOT NULL OR EXISTS (SELECT 1 FROM credits_approvalpolicy p
      WHERE p.currency = OLD.currency AND p.id <> OLD.id AND ({_loosened("p", "OLD")}))"""
_POLICY_CASE = ("code", "currency", "kind", "client_id")
_POLICY_IS_SAME = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _POLICY_CASE)


def _most(client: str, limits: str) -> str:
    """The most that a client issues in currency `k.key`; NULL: any amount."""
    return f"""CASE WHEN ({client}.issue_limits ->> k.key) IS NULL AND ({client}.issue_limits_per_day ->> k.key) IS NULL
        AND (EXISTS (SELECT 1 FROM {{each}}({client}.issue_limits) e)
          OR EXISTS (SELECT 1 FROM {{each}}({client}.issue_limits_per_day) e))
      THEN 0 ELSE CAST({client}.{limits} ->> k.key AS BIGINT) END"""


def _rises(limits: str) -> str:
    had, has = _most("OLD", limits), _most("NEW", limits)
    return f"({had}) IS NOT NULL AND (({has}) IS NULL OR ({has}) > ({had}))"


# Every currency that is named, and one that stands for the others.
_KEYS = " UNION ".join(
    f"SELECT e.key FROM {{each}}({row}.{limits}) e"
    for row in ("OLD", "NEW")
    for limits in ("issue_limits", "issue_limits_per_day")
)
_LIMITS_RISE = f"""EXISTS (SELECT 1 FROM (SELECT '-' AS key UNION {_KEYS}) k
      WHERE ({_rises("issue_limits")}) OR ({_rises("issue_limits_per_day")}))"""
_WIDENED = """EXISTS (SELECT 1 FROM {items}(OLD.networks) o) AND (NOT EXISTS (SELECT 1 FROM {items}(NEW.networks) n)
      OR EXISTS (SELECT 1 FROM {items}(NEW.networks) n WHERE NOT EXISTS (
        SELECT 1 FROM {items}(OLD.networks) o WHERE {within n.value o.value})))"""
_SCOPES_ADDED = """NEW.owner_id IS NULL AND EXISTS (SELECT 1 FROM {items}(NEW.scopes) n
      WHERE OLD.owner_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM {items}(OLD.scopes) o WHERE o.value IS NOT DISTINCT FROM n.value))"""


def _per_day(row: str, rate: str) -> str:
    column = f"{row}.{rate}"
    return f"""{{number {column}}} * CASE WHEN {column} LIKE '%/s%' THEN 86400 WHEN {column} LIKE '%/m%' THEN 1440
      WHEN {column} LIKE '%/h%' THEN 24 ELSE 1 END"""


_CLIENT_COLUMNS = (
    "owner_id", "scopes", "issue_limits", "issue_limits_per_day", "networks", "rate", "miss_limit", "tenant",
    "test_mode",
)  # fmt: skip

HELD = {
    "auth_user": Held(
        kind="PERSON",
        columns=("is_superuser", "is_staff", "is_active", "email", "username", "last_login"),
        added="NEW.is_superuser OR NEW.is_staff",
        changed=_any(
            "NEW.is_superuser AND NOT OLD.is_superuser",
            f"NEW.is_staff AND NOT OLD.is_staff AND NOT {_MAY_ENTER}",
            "NEW.is_active AND NOT OLD.is_active",
            f"{_ADDRESS_CHANGES} AND NOT access_is_of(NEW.id)",
            # By it the books say who did what.
            "NEW.username <> OLD.username AND OLD.last_login IS NOT NULL",
            "NEW.last_login IS NULL AND OLD.last_login IS NOT NULL",
        ),
        subject=f"({_THIS} OR (c.subject_id = '' AND c.subject_label = NEW.username))",
        granted=_all(_SUPERUSER_IS_SO, _ACTIVE_IS_SO, "COALESCE(c.after ->> 'email', NEW.email) = NEW.email"),
    ),
    "auth_user_groups": Held(
        kind="PERSON",
        columns=("user_id", "group_id"),
        added="TRUE",
        changed="NEW.user_id <> OLD.user_id OR NEW.group_id <> OLD.group_id",
        subject=_PERSON,
        granted=_is_in("roles", "NEW.group_id"),
    ),
    "auth_user_user_permissions": Held(
        kind="PERSON",
        columns=("user_id", "permission_id"),
        added="TRUE",
        changed="NEW.user_id <> OLD.user_id OR NEW.permission_id <> OLD.permission_id",
        subject=_PERSON,
        granted=_is_in("permissions", "NEW.permission_id"),
    ),
    "auth_group_permissions": Held(
        kind="ROLE",
        columns=("group_id", "permission_id"),
        added="TRUE",
        changed="NEW.group_id <> OLD.group_id OR NEW.permission_id <> OLD.permission_id",
        subject="c.subject_id = CAST(NEW.group_id AS TEXT)",
        granted=_is_in("permissions", "NEW.permission_id"),
    ),
    # A name that is shipped says what its role may: no other takes it on.
    "auth_group": Held(
        kind="ROLE",
        columns=("name",),
        added=_NAMED_AS_SHIPPED,
        changed=f"NEW.name <> OLD.name AND {_NAMED_AS_SHIPPED}",
        subject="FALSE",
        granted="FALSE",
    ),
    # What a role was given once is not given again by the next `migrate`, which alone writes it down. It is forgotten
    # with its role.
    "backoffice_shippedgrant": Held(
        kind="ROLE",
        columns=("role", "group_id", "permission", "taken_back_at"),
        added="TRUE",
        changed="TRUE",
        removed="EXISTS (SELECT 1 FROM auth_group g WHERE g.id = OLD.group_id)",
        subject="FALSE",
        granted="FALSE",
        gone="FALSE",
    ),
    # Somebody sets up and takes away their own; whoever could do so for a colleague could sign in as them.
    "mfa_authenticator": Held(
        kind="FACTORS",
        columns=("user_id", "type"),
        added="NOT access_is_of(NEW.user_id)",
        changed="NEW.user_id <> OLD.user_id OR NEW.type <> OLD.type",
        removed="NOT access_is_of(OLD.user_id)",
        subject="c.subject_id = CAST(NEW.user_id AS TEXT)",
        granted="FALSE",
        gone="c.subject_id = CAST(OLD.user_id AS TEXT)",
    ),
    # Whoever is no customer any more may move that one's money. A link is never moved: it ends, and another begins.
    # It ends with a customer whom two people make anonymous, too.
    "credits_personcustomer": Held(
        kind="CUSTOMER",
        columns=("person_id", "customer_id"),
        changed="NEW.person_id <> OLD.person_id OR NEW.customer_id <> OLD.customer_id",
        removed=f"NOT {_BECOMES_NOBODY}",
        subject="c.subject_id = CAST(NEW.person_id AS TEXT)",
        granted="FALSE",
        gone="c.subject_id = CAST(OLD.person_id AS TEXT) AND "
        "COALESCE(CAST(c.after ->> 'customer_id' AS TEXT), '') <> CAST(OLD.customer_id AS TEXT)",
    ),
    "credits_approverlimit": Held(
        kind="APPROVER_LIMIT",
        columns=("user_id", "group_id", "currency", "per_request", "per_day"),
        added=_APPROVER_ADDED,
        changed=_any(
            f"NOT ({_covers('OLD', 'NEW')})",
            f"NOT ({_SAME_CASE} AND NEW.currency = OLD.currency) AND (({_APPROVER_ADDED}) OR ({_APPROVER_REMOVED}))",
        ),
        removed=_APPROVER_REMOVED,
        subject=_THIS_OR_NEW,
        granted=_all(*map(_same, ("user_id", "group_id", "currency")), *map(_same_amount, ("per_request", "per_day"))),
    ),
    "credits_issuelimit": Held(
        kind="ISSUE_LIMIT",
        columns=("group_id", "currency", "amount", "per_day"),
        added=_ISSUER_ADDED,
        changed=_any(
            "NEW.amount > OLD.amount", _DAY_RISES, "NEW.group_id <> OLD.group_id OR NEW.currency <> OLD.currency"
        ),
        removed=_ISSUER_REMOVED,
        subject=_THIS_OR_NEW,
        granted=_all(_same("group_id"), _same("currency"), *map(_same_amount, ("amount", "per_day"))),
    ),
    "credits_issueceiling": Held(
        kind="ISSUE_CEILING",
        columns=("currency", "amount", "per_day"),
        added=_any(
            f"NEW.amount > COALESCE((SELECT l.amount FROM credits_issueceiling l WHERE l.currency = NEW.currency), "
            f"{_shipped('NEW.currency')})",
            f"{_day_of('NEW')} > COALESCE((SELECT {_day_of('l')} FROM credits_issueceiling l "
            f"WHERE l.currency = NEW.currency), {_SHIPPED_DAY_TIMES} * {_shipped('NEW.currency')})",
        ),
        changed=_any("NEW.amount > OLD.amount", f"{_day_of('NEW')} > {_day_of('OLD')}", "NEW.currency <> OLD.currency"),
        removed=_any(
            f"OLD.amount < {_shipped('OLD.currency')}",
            f"{_day_of('OLD')} < {_SHIPPED_DAY_TIMES} * {_shipped('OLD.currency')}",
        ),
        subject=_THIS_OR_NEW,
        granted=_all(_same("currency"), *map(_same_amount, ("amount", "per_day"))),
    ),
    "credits_approvalpolicy": Held(
        kind="POLICY",
        columns=(*_POLICY_CASE, "auto_approve_up_to_minor", "second_approval_above_minor"),
        added=_POLICY_ADDED,
        changed=_any(
            _loosened("NEW", "OLD"), f"NOT ({_POLICY_IS_SAME}) AND (({_POLICY_ADDED}) OR ({_POLICY_REMOVED}))"
        ),
        removed=_POLICY_REMOVED,
        subject=_THIS_OR_NEW,
        granted=_all(*map(_same, (*_POLICY_CASE, "auto_approve_up_to_minor", "second_approval_above_minor"))),
    ),
    # Whoever knows one is the vendor, whose events take credit and give it back.
    "checkouts_webhooksecret": Held(
        kind="SECRET",
        columns=("waits",),
        added="NOT NEW.waits AND NOT NEW.test_mode",
        changed="OLD.waits AND NOT NEW.waits AND NOT NEW.test_mode",
        subject=f"({_THIS_UUID} OR (c.subject_id = '' AND c.subject_label = NEW.label))",
        granted="CAST(c.after ->> 'believed' AS TEXT) IN ('true', '1')",
    ),
    "api_apiclient": Held(
        kind="CLIENT",
        columns=_CLIENT_COLUMNS,
        added="NEW.owner_id IS NULL AND EXISTS (SELECT 1 FROM {items}(NEW.scopes) n)",
        changed=_any(
            _SCOPES_ADDED,
            _LIMITS_RISE,
            _WIDENED,
            f"{_per_day('NEW', 'rate')} > {_per_day('OLD', 'rate')}",
            f"{_per_day('NEW', 'miss_limit')} > {_per_day('OLD', 'miss_limit')}",
            "OLD.tenant <> '' AND NEW.tenant <> OLD.tenant",
            "OLD.test_mode AND NOT NEW.test_mode",
        ),
        subject=f"({_THIS} OR (c.subject_id = '' AND c.subject_label = NEW.name))",
        granted=_all(
            "NOT EXISTS (SELECT 1 FROM {items}(NEW.scopes) n WHERE NOT EXISTS ("
            "SELECT 1 FROM {items}(c.after -> 'scopes') a WHERE a.value IS NOT DISTINCT FROM n.value))",
            *(
                f"{{json}}(c.after -> '{name}') = {{json}}(NEW.{name})"
                for name in ("issue_limits", "issue_limits_per_day", "networks")
            ),
            *map(_same, ("owner_id", "rate", "miss_limit", "tenant")),
        ),
    ),
}
