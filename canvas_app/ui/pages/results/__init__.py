"""Results: headline figures, funnel, A/B, day by day, node by node."""
