"""The palette: every node type and preset, grouped, searchable, ready to be dragged."""
