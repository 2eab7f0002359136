"""Sources become a complete index folder: read, split, embed, write; only what changed is done again."""
