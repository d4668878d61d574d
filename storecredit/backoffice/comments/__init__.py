"""What colleagues say to each other of a customer, a card or a request, on its page."""
