"""Files that bring in what was kept elsewhere: uploaded, mapped, checked, confirmed, written."""
