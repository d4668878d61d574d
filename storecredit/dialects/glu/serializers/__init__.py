"""The foreign words of the stored credit account API: what its bodies say, and how its answers look."""
