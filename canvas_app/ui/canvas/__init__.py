"""The node editor: a graph as cards and wires, edited by hand and undone step by step."""
