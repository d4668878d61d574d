"""The newest line of a card's history, by which every reader and writer of one row learns the totals so far."""

# Looked for by card and id together: asked for a card's largest id alone, a planner without statistics may walk the
# events of all cards backwards. Where a card has no event, the search ends at one of the card before it.
_LAST_UP_TO_CARD = """FROM giftcards_cardevent x
     WHERE (x.card_id, x.id) <= (c.id, 9223372036854775807) ORDER BY x.card_id DESC, x.id DESC LIMIT 1"""
#: The id of the newest event of the card `c`, NULL if it has none.
NEWEST_EVENT_ID = f"(SELECT CASE WHEN x.card_id = c.id THEN x.id END {_LAST_UP_TO_CARD})"

#: How the newest event of each card `c` is joined to it, under the name that is put in; all of it is NULL where there
#: is none.
#:
#: PostgreSQL is left no choice but to look for it card by card: a planner that takes the events for few would rather
#: compare each card with each of them.
JOIN_NEWEST_EVENT = {
    "postgresql": f"LEFT JOIN LATERAL (SELECT x.* {_LAST_UP_TO_CARD}) {{0}} ON {{0}}.card_id = c.id",
    "sqlite": f"LEFT JOIN giftcards_cardevent {{0}} ON {{0}}.id = {NEWEST_EVENT_ID}",
}
