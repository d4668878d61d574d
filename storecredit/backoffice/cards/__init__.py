"""The pages of cards and batches."""
