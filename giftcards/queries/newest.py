"""The newest line of a card's history, by which every reader and writer of one row learns the totals so far."""

#: The id of the newest event of the card `c`, NULL if it has none.
#:
#: Looked for by card and id together: asked for a card's largest id alone, a planner without statistics may walk the
#: events of all cards backwards. Where a card has no event, the search ends at one of the card before it.
NEWEST_EVENT_ID = """(
    SELECT CASE WHEN x.card_id = c.id THEN x.id END FROM giftcards_cardevent x
     WHERE (x.card_id, x.id) <= (c.id, 9223372036854775807) ORDER BY x.card_id DESC, x.id DESC LIMIT 1)"""
