"""Values that must not be seen, and text of others that may be repeated."""
