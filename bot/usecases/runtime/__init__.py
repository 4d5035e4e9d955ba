"""The threads of a process: the worker with its runners, and the process that only takes deliveries."""
