"""Drawings of other tools as drafts of a strategy: known by their content, read as values, never executed."""

from dataclasses import replace

from nodes.file import ReadGraph, read_graph
from nodes.imports import bpmn, n8n
from nodes.imports.sketch import one_line


def read_drawing(text: str | bytes, name: str = "") -> ReadGraph:
    """Read a strategy file, an n8n workflow or a BPMN 2.0 diagram. Never raises: what is wrong is a problem.

    `name` is what a drawing of another tool is called that has no name itself.
    """
    read = bpmn.read_diagram(text) if bpmn.looks_like(text) else n8n.read_workflow(text)
    if read is None:
        return read_graph(text)
    if read.graph is not None and not read.graph.name:
        return replace(read, graph=replace(read.graph, name=one_line(name)))
    return read
