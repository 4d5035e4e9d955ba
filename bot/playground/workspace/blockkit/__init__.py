"""Block Kit: its rules as a table, and what an app sent held against them."""
