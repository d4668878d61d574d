"""The foreign words of the customer store credit API: what its bodies say, and how its answers look."""
