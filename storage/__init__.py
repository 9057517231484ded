"""Where a workspace lives: tables, engine and migrations. Knows nothing above it."""
