"""What people are told by mail: that something waits for them, was decided, or that a comment calls them."""
