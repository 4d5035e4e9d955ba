"""What has to hold before the bot can work. `bot.checks.table` has all of it as one list."""
