"""The page of a customer, with everything that is about them."""
