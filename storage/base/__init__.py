"""What everything may import: clock, durations, words, errors."""
