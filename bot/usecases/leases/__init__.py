"""Who does the work now: whoever holds the lease of an execution, and the worker whose beat is seen."""
