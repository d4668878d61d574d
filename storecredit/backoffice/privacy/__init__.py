"""What is held on one person: shown to them, erased, and kept no longer than it is needed."""
