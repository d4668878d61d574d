"""What raises rights or limits waits for a second administrator; nobody changes what bears on themselves."""
