"""What stands before the items of a list."""

NUMBER = r"\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]"
"""The number of an item, as "3.", "(a)" or "iv)"."""

MARK = rf"(?:[-*+•‣◦–●○▪■]|{NUMBER})"
"""A number or a bullet."""
