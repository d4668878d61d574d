"""What waits for whom: of every kind one rule, by which mails, the overview, the list and its number go."""
