"""The foreign words of the gift card API: what its bodies say, and how its answers look."""
