"""What comes from Slack: verified, read into values, stored and acknowledged."""
