"""Passages for a question: by meaning, by words, and by both; misspelt words."""
