"""The approval inbox, the pages of requests and batches, and who may decide and issue how much."""
