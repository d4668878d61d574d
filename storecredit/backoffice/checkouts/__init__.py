"""What staff see of checkouts, of orders, and of what the vendor tells and asks."""
