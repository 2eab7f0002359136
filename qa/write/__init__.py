"""Optional: a language model writes from numbered sentences, and each sentence it writes is checked."""
