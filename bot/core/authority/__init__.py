"""Authority: who may do what, which accounts are one person, and what limits hold."""
