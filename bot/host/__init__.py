"""The host of plugins: how they are found, what they offer together, and what each of them is given."""
