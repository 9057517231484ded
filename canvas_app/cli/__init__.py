"""The command line: parses, calls an operation, prints what it returns."""
