"""The acceptance run: a throw-away connector lives once on a portal, and each answer is compared with a fact."""
