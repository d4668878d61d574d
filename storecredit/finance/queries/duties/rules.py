"""
The rules, each a name, what it is called, and a query. A new one is a line of `RULES`.

A query answers with who it was, when, one deed and the other (each its model and its key), and an amount in minor units
with its currency, where there is one. The last column, in major units, leaves out amounts that are no larger. What
several ask is said once: who decided what somebody asked, who is which customer, who raised what.

The queries name tables of rooms that stand above this one: they are words to the database, and whoever reads what
everybody did has to look everywhere. They find again what constraints forbid, so that nobody has to trust those.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SPAN = ">= %(since)s AND {at} < %(until)s"


def _within(column: str) -> str:
    return f"{column} {_SPAN.format(at=column)}"


#: Whoever asked, whoever decided for it, when, of what and how much.
DECIDED: Final = f"""
decided (asker, decider, at, kind, id, currency, amount) AS (
    SELECT r.requested_by_id, e.person_id, e.created_at, 'credits.creditrequest', CAST(r.id AS VARCHAR(64)), r.currency,
           r.amount_minor
      FROM credits_creditrequestevent e JOIN credits_creditrequest r ON r.id = e.request_id
     WHERE {_within("e.created_at")} AND e.kind IN ('VOTED', 'APPROVED') AND NOT r.test_mode
    UNION ALL
    SELECT c.asked_by_id, c.decided_by_id, c.decided_at, 'finance.correction', CAST(c.id AS VARCHAR(64)), c.currency,
           ABS(c.amount_minor)
      FROM finance_correction c JOIN ledger_account a ON a.id = c.account_id
     WHERE c.status = 'APPROVED' AND {_within("c.decided_at")} AND NOT a.test_mode
    UNION ALL
    SELECT requested_by_id, decided_by_id, decided_at, 'credits.customerrequest', CAST(id AS VARCHAR(64)), currency,
           amount_minor
      FROM credits_customerrequest WHERE status IN ('APPROVED', 'UNDONE') AND {_within("decided_at")} AND NOT test_mode
    UNION ALL
    SELECT asked_by_id, decided_by_id, decided_at, 'backoffice.accesschange', CAST(id AS VARCHAR(64)), '',
           CAST(NULL AS BIGINT)
      FROM backoffice_accesschange WHERE state = 'APPLIED' AND {_within("decided_at")}
    UNION ALL
    SELECT asked_by_id, decided_by_id, decided_at, 'finance.breakagerate', CAST(id AS VARCHAR(64)), '',
           CAST(NULL AS BIGINT)
      FROM finance_breakagerate WHERE status = 'APPROVED' AND {_within("decided_at")}
    UNION ALL
    SELECT closed_by_id, approved_by_id, closed_at, 'finance.period', CAST(number AS VARCHAR(64)), '',
           CAST(NULL AS BIGINT)
      FROM finance_period WHERE {_within("closed_at")}
)"""
#: People and the customers that they are: linked, and whom those were merged into; or by the same address.
ONESELF: Final = """
alike (person, customer) AS (
    SELECT u.id, c.id FROM auth_user u JOIN ledger_customer c ON c.email IN (u.email, LOWER(u.email))
     WHERE u.email <> '' AND NOT c.test_mode
), oneself (person, customer) AS (
    SELECT l.person_id, l.customer_id FROM credits_personcustomer l
    UNION
    SELECT l.person_id, c.merged_into_id FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE c.merged_into_id IS NOT NULL
    UNION
    SELECT person, customer FROM alike
)"""
#: What was raised in the span, and whoever asked for it or approved it.
RAISED: Final = f"""
raised (person, id, at, kind, subject, role, whom, currency, amount) AS (
    SELECT u.id, c.id, c.decided_at, c.kind, c.subject_id, CAST(c.after ->> 'group_id' AS VARCHAR(64)),
           CAST(c.after ->> 'user_id' AS VARCHAR(64)), COALESCE(c.after ->> 'currency', c.before ->> 'currency'),
           c.before ->> 'amount'
      FROM backoffice_accesschange c JOIN auth_user u ON u.id IN (c.asked_by_id, c.decided_by_id)
     WHERE c.state = 'APPLIED' AND {_within("c.decided_at")}
)"""
#: An entry that a key of a person's wrote: joined behind `u`, the person, and `p`, a client that they stand behind.
_BY_KEY = (
    "t.actor_kind = 'API' AND t.actor_id = CAST(p.client_id AS VARCHAR(64)) AND t.details ->> 'owner' = u.username"
)
_DECIDED_BY = ("decided_by_id", "decided_at")
#: Whom a request of credit may be for.
_PAYEES = "(r.payee_customer_id, g.customer_id, CAST(r.terms ->> 'customer_id' AS BIGINT))"


def _about_oneself(request: tuple[str, str], correction: tuple[str, str], condition: str) -> str:
    """The mergers, moves and corrections of the customer that somebody is: the columns say who it was and when."""
    (person, at), (corrector, corrected_at) = request, correction
    return f"""
        SELECT o.person, c.{at}, 'ledger.customer', CAST(o.customer AS VARCHAR(64)),
               'credits.customerrequest', CAST(c.id AS VARCHAR(64)), c.currency, c.amount_minor, NULL
          FROM credits_customerrequest c
          JOIN oneself o ON o.person = c.{person} AND o.customer IN (c.customer_id, c.other_id)
         WHERE {condition} AND {_within("c." + at)} AND NOT c.test_mode
        UNION ALL
        SELECT o.person, c.{corrected_at}, 'ledger.customer', CAST(o.customer AS VARCHAR(64)),
               'finance.correction', CAST(c.id AS VARCHAR(64)), c.currency, ABS(c.amount_minor), NULL
          FROM finance_correction c JOIN ledger_account a ON a.id = c.account_id
          LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
          JOIN oneself o ON o.person = c.{corrector} AND o.customer IN (a.customer_id, g.customer_id)
         WHERE {condition} AND {_within("c." + corrected_at)} AND NOT a.test_mode"""


_CHANGE = "'backoffice.accesschange', CAST(s.id AS VARCHAR(64))"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One way in which somebody stands on both sides.

    :param title: what it is called; `words` say what it means.
    :param query: with `decided`, `oneself`, `alike` and `raised` at hand.
    """

    name: str
    title: str | Promise
    words: str | Promise
    query: str


RULES: Final = (
    Rule(
        "decided_own",
        _("Asked and approved the same"),
        _("A request, a correction, a merger or move, a breakage rate or a change of access. Constraints forbid it."),
        "SELECT asker, at, kind, id, kind, id, currency, amount, NULL FROM decided "
        "WHERE asker = decider AND kind <> 'finance.period'",
    ),
    Rule(
        "closed_and_approved",
        _("Closed a month and approved it"),
        _("A constraint forbids it."),
        "SELECT asker, at, kind, id, kind, id, currency, amount, NULL FROM decided "
        "WHERE asker = decider AND kind = 'finance.period'",
    ),
    Rule(
        "raised_own_role",
        _("Raised what a role of theirs may do"),
        _("Asked for or approved more for a role, or a larger limit of it, and has that role now."),
        f"""
        SELECT s.person, s.at, {_CHANGE}, 'auth.group', CAST(g.group_id AS VARCHAR(64)), '', NULL, NULL
          FROM raised s JOIN auth_user_groups g ON g.user_id = s.person
           AND CAST(g.group_id AS VARCHAR(64)) = CASE s.kind WHEN 'ROLE' THEN s.subject ELSE s.role END
         WHERE s.kind IN ('ROLE', 'ISSUE_LIMIT', 'APPROVER_LIMIT')
        """,
    ),
    Rule(
        "raised_and_issued",
        _("Raised a limit and then issued above what it was"),
        _("A ceiling, or the limit of a role of theirs; by hand, or by a key of theirs."),
        " UNION ALL ".join(
            f"""
            SELECT s.person, t.created_at, {_CHANGE}, 'ledger.transaction', CAST(t.id AS VARCHAR(64)), t.currency,
                   t.amount_minor, s.amount
              FROM raised s {giver} AND t.created_at >= s.at AND t.created_at < %(until)s
               AND t.currency = s.currency AND t.type IN ('ISSUE', 'LOAD', 'ADJUST') AND t.amount_minor > 0
              JOIN ledger_account a ON a.id = t.account_id AND NOT a.test_mode
             WHERE s.kind = 'ISSUE_CEILING'
                OR (s.kind = 'ISSUE_LIMIT' AND EXISTS (
                      SELECT 1 FROM auth_user_groups g
                       WHERE g.user_id = s.person AND CAST(g.group_id AS VARCHAR(64)) = s.role))
            """
            for giver in (
                "JOIN ledger_transaction t ON t.actor_kind = 'STAFF' AND t.actor_id = CAST(s.person AS VARCHAR(64))",
                "JOIN auth_user u ON u.id = s.person JOIN credits_clientperson p ON p.person_id = s.person "
                f"JOIN ledger_transaction t ON {_BY_KEY}",
            )
        ),
    ),
    Rule(
        "raised_their_approver",
        _("Raised a colleague who then approved for them"),
        _("Asked for or approved more for somebody, who then approved what they had asked for."),
        f"""
        SELECT s.person, d.at, {_CHANGE}, d.kind, d.id, d.currency, d.amount, NULL
          FROM raised s JOIN decided d ON d.asker = s.person AND d.at >= s.at AND d.decider <> s.person
           AND CAST(d.decider AS VARCHAR(64)) = CASE s.kind WHEN 'PERSON' THEN s.subject ELSE s.whom END
         WHERE s.kind IN ('PERSON', 'APPROVER_LIMIT')
        """,
    ),
    Rule(
        "loosened_and_asked",
        _("Loosened a policy and asked under it"),
        _("Asked for or approved a looser policy, and what they asked for since in that currency was paid out."),
        f"""
        SELECT s.person, r.created_at, {_CHANGE}, 'credits.creditrequest', CAST(r.id AS VARCHAR(64)), r.currency,
               r.amount_minor, NULL
          FROM raised s JOIN credits_creditrequest r ON r.requested_by_id = s.person AND r.currency = s.currency
           AND r.created_at >= s.at AND r.created_at < %(until)s AND r.status = 'CONFIRMED' AND NOT r.test_mode
         WHERE s.kind = 'POLICY'
        """,
    ),
    Rule(
        "raised_client_and_read_key",
        _("Raised an API client and read a key of it"),
        _("Asked for or approved more for a client, and made a key of it in the admin, which only they have seen."),
        f"""
        SELECT s.person, s.at, {_CHANGE}, 'api.apiclient', s.subject, '', NULL, NULL
          FROM raised s
         WHERE s.kind = 'CLIENT' AND EXISTS (
                 SELECT 1 FROM api_apikey k
                  WHERE CAST(k.client_id AS VARCHAR(64)) = s.subject AND k.made_by_id = s.person)
        """,
    ),
    Rule(
        "asked_and_read_key",
        _("Asked, and had a key of the client that approved"),
        _("A request was approved through an API client that the person who asked owns or owned, or made a key of."),
        f"""
        SELECT r.requested_by_id, e.created_at, 'credits.creditrequest', CAST(r.id AS VARCHAR(64)), 'api.apiclient',
               e.actor_id, r.currency, r.amount_minor, NULL
          FROM credits_creditrequestevent e JOIN credits_creditrequest r ON r.id = e.request_id
          JOIN credits_clientperson p ON p.person_id = r.requested_by_id
           AND CAST(p.client_id AS VARCHAR(64)) = e.actor_id
         WHERE {_within("e.created_at")} AND e.kind IN ('VOTED', 'APPROVED') AND e.actor_kind = 'API'
           AND NOT r.test_mode
        """,
    ),
    Rule(
        "changed_contact_and_gave",
        _("Changed a customer's address and then gave them credit"),
        _(
            "The e-mail address or the phone number of a customer, and an entry that brought credit in afterwards, by "
            "hand or by a key of theirs."
        ),
        f"""
        SELECT u.id, t.created_at, 'audit.activity', CAST(v.id AS VARCHAR(64)), 'ledger.transaction',
               CAST(t.id AS VARCHAR(64)), t.currency, t.amount_minor, NULL
          FROM audit_activity v JOIN auth_user u ON CAST(u.id AS VARCHAR(64)) = v.actor_id
          JOIN ledger_account a ON a.customer_id = CAST(v.subject_id AS BIGINT)
          JOIN ledger_transaction t ON t.account_id = a.id AND t.created_at >= v.created_at
           AND t.created_at < %(until)s AND t.amount_minor > 0
           AND (t.actor_kind = 'STAFF' AND t.actor_id = v.actor_id
                OR EXISTS (SELECT 1 FROM credits_clientperson p WHERE p.person_id = u.id AND {_BY_KEY}))
         WHERE {_within("v.created_at")} AND v.subject_kind = 'ledger.customer' AND v.kind = 'CHANGED'
           AND v.actor_kind = 'STAFF' AND NOT a.test_mode
           AND (CAST(v.details AS TEXT) LIKE '%%"email"%%' OR CAST(v.details AS TEXT) LIKE '%%"phone"%%')
        """,
    ),
    Rule(
        "changed_recipient_and_sent",
        _("Changed a card's recipient and then sent or loaded it"),
        _(
            "The same card, loaded by hand or by a key of theirs: its code goes to an address that the same person "
            "wrote."
        ),
        f"""
        SELECT u.id, f.created_at, 'giftcards.giftcard', CAST(f.card_id AS VARCHAR(64)), 'giftcards.cardevent',
               CAST(f.id AS VARCHAR(64)), a.currency, NULLIF(f.amount_minor, 0), NULL
          FROM giftcards_cardevent e JOIN auth_user u ON CAST(u.id AS VARCHAR(64)) = e.actor_id
          JOIN giftcards_cardevent f ON f.card_id = e.card_id AND f.id > e.id AND f.created_at < %(until)s
           AND f.kind IN ('SENDING', 'LOAD')
           AND (f.actor_kind = 'STAFF' AND f.actor_id = e.actor_id
                OR EXISTS (SELECT 1 FROM credits_clientperson p JOIN ledger_transaction t ON t.id = f.transaction_id
                            WHERE p.person_id = u.id AND {_BY_KEY}))
          JOIN giftcards_giftcard g ON g.id = e.card_id JOIN ledger_account a ON a.id = g.account_id
         WHERE {_within("e.created_at")} AND e.transaction_id IS NULL AND e.kind = 'RECIPIENT'
           AND e.actor_kind = 'STAFF' AND NOT g.test_mode
        """,
    ),
    Rule(
        "served_oneself",
        _("Moved money of the customer that they are"),
        _("Linked, or of the same e-mail address; by hand, or by an API client of theirs."),
        f"""
        SELECT u.id, t.created_at, 'ledger.customer', CAST(o.customer AS VARCHAR(64)), 'ledger.transaction',
               CAST(t.id AS VARCHAR(64)), t.currency, ABS(t.amount_minor), NULL
          FROM oneself o JOIN auth_user u ON u.id = o.person
          JOIN (SELECT id, customer_id FROM ledger_account WHERE customer_id IS NOT NULL AND NOT test_mode
                UNION ALL SELECT account_id, customer_id FROM giftcards_giftcard
                       WHERE customer_id IS NOT NULL AND NOT test_mode) a ON a.customer_id = o.customer
          JOIN ledger_transaction t ON t.account_id = a.id AND {_within("t.created_at")}
           AND ((t.actor_kind = 'STAFF' AND t.actor_id = CAST(u.id AS VARCHAR(64)))
                OR (t.actor_kind = 'API' AND t.details ->> 'owner' = u.username))
        """,
    ),
    Rule(
        "changed_oneself",
        _("Changed the customer that they are"),
        _("Their names, addresses or state, on the customer's page. Linked, or of the same e-mail address."),
        f"""
        SELECT o.person, v.created_at, 'ledger.customer', CAST(o.customer AS VARCHAR(64)), 'audit.activity',
               CAST(v.id AS VARCHAR(64)), '', NULL, NULL
          FROM oneself o JOIN audit_activity v ON v.subject_kind = 'ledger.customer'
           AND v.subject_id = CAST(o.customer AS VARCHAR(64)) AND {_within("v.created_at")} AND v.kind = 'CHANGED'
           AND v.actor_kind = 'STAFF' AND v.actor_id = CAST(o.person AS VARCHAR(64))
        """,
    ),
    Rule(
        "decided_for_oneself",
        _("Approved credit for the customer that they are"),
        _("Requests, mergers, moves and corrections. Linked, or of the same e-mail address."),
        f"""
        SELECT e.person_id, e.created_at, 'ledger.customer', CAST(o.customer AS VARCHAR(64)), 'credits.creditrequest',
               CAST(r.id AS VARCHAR(64)), r.currency, r.amount_minor, NULL
          FROM credits_creditrequestevent e JOIN credits_creditrequest r ON r.id = e.request_id
          LEFT JOIN giftcards_giftcard g ON g.id = r.payee_card_id
          JOIN oneself o ON o.person = e.person_id AND o.customer IN {_PAYEES}
         WHERE {_within("e.created_at")} AND e.kind IN ('VOTED', 'APPROVED') AND NOT r.test_mode
        UNION ALL {_about_oneself(_DECIDED_BY, _DECIDED_BY, "c.status IN ('APPROVED', 'UNDONE')")}
        """,
    ),
    Rule(
        "asked_for_oneself",
        _("Asked for credit for the customer that they are"),
        _("Somebody else approves it: look at who did. Linked, or of the same e-mail address."),
        f"""
        SELECT r.requested_by_id, r.created_at, 'ledger.customer', CAST(o.customer AS VARCHAR(64)),
               'credits.creditrequest', CAST(r.id AS VARCHAR(64)), r.currency, r.amount_minor, NULL
          FROM credits_creditrequest r LEFT JOIN giftcards_giftcard g ON g.id = r.payee_card_id
          JOIN oneself o ON o.person = r.requested_by_id AND o.customer IN {_PAYEES}
         WHERE {_within("r.created_at")} AND NOT r.test_mode
        UNION ALL {_about_oneself(("requested_by_id", "created_at"), ("asked_by_id", "asked_at"), "TRUE")}
        """,
    ),
    Rule(
        "same_address_unlinked",
        _("Has the e-mail address of a customer, and is not linked"),
        _("Of any day. If they are one, an administrator links them; if not, one of the addresses is wrong."),
        """
        SELECT k.person, NULL, 'auth.user', CAST(k.person AS VARCHAR(64)), 'ledger.customer',
               CAST(k.customer AS VARCHAR(64)), '', NULL, NULL
          FROM alike k JOIN ledger_customer c ON c.id = k.customer
         WHERE c.merged_into_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM credits_personcustomer l
                             JOIN ledger_customer m ON m.id = l.customer_id
                            WHERE l.person_id = k.person AND k.customer IN (m.id, m.merged_into_id))
        """,
    ),
    Rule(
        "imported_and_approved",
        _("Brought in a file of requests and approved of it"),
        _("The file is one person's, and so is a vote for a request of it. Triggers forbid it."),
        f"""
        SELECT b.requested_by_id, e.created_at, 'credits.creditrequestbatch', CAST(b.id AS VARCHAR(64)),
               'credits.creditrequest', CAST(r.id AS VARCHAR(64)), r.currency, r.amount_minor, NULL
          FROM credits_creditrequestevent e JOIN credits_creditrequest r ON r.id = e.request_id
          JOIN credits_creditrequestbatch b ON b.id = r.batch_id AND b.requested_by_id = e.person_id
         WHERE {_within("e.created_at")} AND e.kind IN ('VOTED', 'APPROVED') AND NOT b.test_mode
        """,
    ),
    Rule(
        "secret_and_events",
        _("Changed a webhook secret and then ran or settled an event"),
        _("Whoever knows the secret can write an event, and settled one."),
        f"""
        SELECT u.id, w.created_at, 'audit.activity', CAST(v.id AS VARCHAR(64)), 'checkouts.webhookevent', w.subject_id,
               '', NULL, NULL
          FROM audit_activity v JOIN auth_user u ON CAST(u.id AS VARCHAR(64)) = v.actor_id
          JOIN audit_activity w ON w.subject_kind = 'checkouts.webhookevent' AND w.actor_kind = 'STAFF'
           AND w.actor_id = v.actor_id AND w.created_at >= v.created_at AND w.created_at < %(until)s
         WHERE {_within("v.created_at")} AND v.subject_kind = 'checkouts.webhooksecret' AND v.actor_kind = 'STAFF'
        """,
    ),
    Rule(
        "let_in_their_approver",
        _("Gave a colleague their way in, who then approved for them"),
        _(
            "Took away somebody's second factor, let them try again or changed their e-mail address; then that login "
            "approved what the first had asked for."
        ),
        f"""
        SELECT u.id, d.at, 'audit.activity', CAST(v.id AS VARCHAR(64)), d.kind, d.id, d.currency, d.amount, NULL
          FROM audit_activity v JOIN auth_user u ON CAST(u.id AS VARCHAR(64)) = v.actor_id
          JOIN decided d ON d.asker = u.id AND CAST(d.decider AS VARCHAR(64)) = v.subject_id AND d.at >= v.created_at
         WHERE {_within("v.created_at")} AND v.subject_kind = 'auth.user' AND v.actor_kind = 'STAFF'
           AND v.subject_id <> v.actor_id
           AND (v.kind IN ('FACTORS_TAKEN', 'LOCK_LIFTED')
                OR (v.kind = 'PERSON_CHANGED' AND v.before ->> 'email' <> v.after ->> 'email'))
        """,
    ),
    Rule(
        "explained_own",
        _("Explained a difference over an entry of their own"),
        _(
            "Somebody's list and the books differ over a reference; they wrote an entry for it, by hand or by a key of "
            "theirs, and said why that is as it should be, or that it is corrected."
        ),
        f"""
        SELECT u.id, e.created_at, 'finance.reconciliationfinding', CAST(f.id AS VARCHAR(64)), 'ledger.transaction',
               CAST(t.id AS VARCHAR(64)), t.currency, ABS(t.amount_minor), NULL
          FROM finance_findingevent e JOIN auth_user u ON CAST(u.id AS VARCHAR(64)) = e.actor_id
          JOIN finance_reconciliationfinding f ON f.id = e.finding_id AND f.subject_kind = 'reference'
           AND f.subject_id <> '' AND NOT f.test_mode
          JOIN ledger_transaction t ON t.reference = f.subject_id AND t.reference <> '' AND t.currency = f.currency
           AND (t.actor_kind = 'STAFF' AND t.actor_id = e.actor_id
                OR EXISTS (SELECT 1 FROM credits_clientperson p WHERE p.person_id = u.id AND {_BY_KEY}))
          JOIN ledger_account a ON a.id = t.account_id AND NOT a.test_mode
         WHERE {_within("e.created_at")} AND e.actor_kind = 'STAFF' AND e.from_state <> e.to_state
           AND e.to_state IN ('EXPLAINED', 'CORRECTED')
        """,
    ),
)
