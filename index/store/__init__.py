"""The index folder on disk: generations, columns, documents, word lists, vectors."""
