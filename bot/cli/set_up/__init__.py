"""Setting b24bot up: its files, the questions about Slack with their answers, and what is left to do."""
