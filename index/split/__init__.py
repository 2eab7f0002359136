"""Text becomes sentences and passages."""
