"""Queries turned into figures: what a strategy did, and whether a difference is more than chance."""
