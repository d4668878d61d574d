"""Gift cards and their transactions: four moves a view. Read, call once, show; refusals go to the dialect's table."""
