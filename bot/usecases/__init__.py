"""What the use cases share, and a package for each of their subjects. Nothing here knows Slack, HTTP or the terminal."""
