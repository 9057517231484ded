"""Drawings of other tools as drafts of a strategy: known by their content, read as values, never executed."""

from nodes.file import ReadGraph, read_graph
from nodes.imports import bpmn, n8n


def read_drawing(text: str | bytes) -> ReadGraph:
    """Read a strategy file, an n8n workflow or a BPMN 2.0 diagram. Never raises: what is wrong is a problem."""
    if bpmn.looks_like(text):
        return bpmn.read_diagram(text)
    return n8n.read_workflow(text) or read_graph(text)
