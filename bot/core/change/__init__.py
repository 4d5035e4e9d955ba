"""Change requests: plans, statuses, and how an execution ends."""
