"""The questions that the check of a strategy asks, by what they look at."""
