"""What goes to Slack: calls of the Web API over kept connections."""
