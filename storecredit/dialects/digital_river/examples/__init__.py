"""
Requests and the answers they really get; `tests/dialects/digital_river/test_examples.py` sends them.

A shop sold three shirts for 30 USD the day before: 12.50 of store credit, 17.50 by card, and one of them came back. Now
another shopper is at the checkout. Ids, secrets and account numbers are drawn at random.
"""
