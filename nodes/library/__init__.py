"""One file a node type."""
