"""A call that has passed the gate: who makes it, and how its method is run."""
