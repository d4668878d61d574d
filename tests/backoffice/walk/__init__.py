"""Every role at every page of the admin: which right guards which page, and whether it does."""
