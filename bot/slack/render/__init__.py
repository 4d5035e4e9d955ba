"""How things look in Slack: values in, Block Kit out."""
