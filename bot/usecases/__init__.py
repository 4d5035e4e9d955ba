"""One step of a change request's life per module. Nothing here knows Slack, HTTP or the terminal."""
