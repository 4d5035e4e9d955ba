"""The playground: a simulated Slack workspace and portal around the real bot, the people in it, and the story."""
