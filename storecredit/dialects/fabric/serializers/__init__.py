"""The foreign words of the API of credits on orders: what its bodies say, and how its answers look."""
