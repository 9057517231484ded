"""The command line: prints what operations return."""
