"""Strategies: the list of them, and the editor with its bar, canvas, inspector and strip."""
