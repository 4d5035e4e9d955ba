"""The page of one person in the chat: what stands on it, who looks at it, and how it gets there."""
