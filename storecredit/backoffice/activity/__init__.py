"""What was done, by whom, to what: one list of all that is written down anywhere."""
