"""What stands between the bot and a working portal, as checks in the order in which each needs the one before."""
