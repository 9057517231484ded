"""What a strategy is made of: the graph as a value, rules, node types and channels."""
