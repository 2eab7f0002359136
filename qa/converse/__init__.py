"""Questions in a conversation: whether one needs what was said before it."""
