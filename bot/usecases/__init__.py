"""What the use cases share, and a package for each subject. Nothing here knows Slack, HTTP or the terminal."""
