"""Intake: what comes in is stored before it is acknowledged, gets its place in the queue, and stops what it must."""
