"""The commands of `quoth`, one module each; `qa.cli` puts them together."""
