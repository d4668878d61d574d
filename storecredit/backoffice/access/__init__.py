"""Who may sign in, what they may do, and the programs that speak for them."""
