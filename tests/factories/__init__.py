"""
Rows with valid defaults, a module for each app. A test names only what matters to it.

What the books, the cards, the requests and the checkouts keep is made by the operations, for nothing else may write it:
`_create` calls the operation, and what is declared are its arguments. A row that only follows from another one (a lot
from its entry, a vote from an approval) is made by making that one.
"""
