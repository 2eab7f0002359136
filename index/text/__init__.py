"""Words, numbers and their normal forms: what search compares."""
