"""Sources become documents: find files, parse each format in a confined process, decode text, keep limits."""
