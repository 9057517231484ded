"""Figures from plain values; no Qt."""
