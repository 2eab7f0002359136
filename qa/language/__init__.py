"""Facts of English that need no model: function words, names, numbers, measures, negation, pronouns."""
