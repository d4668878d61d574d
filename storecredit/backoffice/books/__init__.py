"""The books as staff see them. Nothing in here can change what was posted."""
