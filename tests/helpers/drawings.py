"""Small drawings of other tools, our own, and the collections of real ones where this computer has them."""

import functools
import json
import tarfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
N8N_FILES = DATA / "workflows_n8n" / "zie619_workflows_2025-08-31.tar.xz"
BPMN_FILES = DATA / "bpmn" / "miwg_reference.tar.gz"


def n8n_node(name: str, kind: str, x: int = 0, y: int = 0, **params: Any) -> dict[str, Any]:
    """A node as n8n writes it."""
    full = kind if "." in kind else f"n8n-nodes-base.{kind}"
    return {"name": name, "type": full, "typeVersion": 2, "position": [x, y], "parameters": params}


def n8n_file(nodes: list[dict[str, Any]], *links: tuple[Any, ...], name: str = "Café welcome") -> str:
    """A workflow; a link is from, outlet, to, and the kind of wire where it is not the usual one."""
    connections: dict[str, dict[str, list[list[dict[str, Any]]]]] = {}
    for source, outlet, target, *kind in links:
        word = kind[0] if kind else "main"
        outlets = connections.setdefault(source, {}).setdefault(word, [])
        while len(outlets) <= outlet:
            outlets.append([])
        outlets[outlet].append({"node": target, "type": word, "index": 0})
    return json.dumps({"name": name, "nodes": nodes, "connections": connections, "active": True})


def welcome() -> str:
    """A workflow with most that matters: a trigger, a split, a wait, a mail, a call, a join, a way back, an AI."""
    rules = {"values": [{"outputKey": "Gold"}, {"outputKey": "Silver"}]}
    return n8n_file(
        [
            n8n_node("New guest", "typeformTrigger", 0, 0),
            n8n_node("VIP?", "if", 200, 0),
            n8n_node("Tier", "switch", 400, -200, rules=rules),
            n8n_node("Wait a bit", "wait", 400, 200, amount=3, unit="days"),
            n8n_node("Say hello", "emailSend", 600, 0, subject="Welcome!", text="Good to see you.", toEmail="x@y.zz"),
            n8n_node("Tell the CRM", "httpRequest", 800, 0, url="https://u:p@crm.example.com/in?key=1", method="PUT"),
            n8n_node("Join", "merge", 1000, 0),
            n8n_node("Row", "googleSheets", 1200, 0),
            n8n_node("Think", "@n8n/n8n-nodes-langchain.agent", 1400, 0),
            n8n_node("Model", "@n8n/n8n-nodes-langchain.lmChatOpenAi", 1400, 200),
            n8n_node("Read me", "stickyNote", 0, 300, content="## Welcome\nby us", width=300, height=200),
        ],
        ("New guest", 0, "VIP?"), ("VIP?", 0, "Tier"), ("VIP?", 1, "Wait a bit"), ("Tier", 0, "Say hello"),
        ("Tier", 1, "Say hello"), ("Tier", 2, "Join"), ("Wait a bit", 0, "Say hello"),
        ("Say hello", 0, "Tell the CRM"), ("Tell the CRM", 0, "Join"), ("Tell the CRM", 0, "Join"),
        ("Join", 0, "Row"), ("Row", 0, "Think"), ("Row", 0, "Wait a bit"), ("Model", 0, "Think", "ai_languageModel"),
    )  # fmt: skip


BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:c="http://www.omg.org/spec/DD/20100524/DC" name="Order">
 <b:collaboration id="co"><b:participant id="shop" name="Shop" processRef="p"/></b:collaboration>
 <b:process id="p">
  <b:laneSet id="ls"><b:lane id="sales" name="Sales"><b:flowNodeRef>ask</b:flowNodeRef></b:lane></b:laneSet>
  <b:startEvent id="s" name="Ordered"><b:messageEventDefinition/></b:startEvent>
  <b:exclusiveGateway id="g" name="In stock?" default="no"/>
  <b:userTask id="ask" name="Ask the supplier"><b:documentation>By phone</b:documentation></b:userTask>
  <b:boundaryEvent id="late" name="Too late" attachedToRef="ask"><b:timerEventDefinition/></b:boundaryEvent>
  <b:intermediateCatchEvent id="w" name="A week"><b:timerEventDefinition>
   <b:timeDuration>P7D</b:timeDuration></b:timerEventDefinition></b:intermediateCatchEvent>
  <b:subProcess id="sub" name="Ship"><b:startEvent id="ss"/><b:serviceTask id="st" name="Print label"/>
   <b:endEvent id="se"/><b:sequenceFlow id="i1" sourceRef="ss" targetRef="st"/>
   <b:sequenceFlow id="i2" sourceRef="st" targetRef="se"/></b:subProcess>
  <b:sendTask id="m" name="Tell the customer"/>
  <b:endEvent id="e" name="Done"/>
  <b:textAnnotation id="ta"><b:text>Mind the holidays</b:text></b:textAnnotation>
  <b:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
  <b:sequenceFlow id="yes" name="yes" sourceRef="g" targetRef="sub"/>
  <b:sequenceFlow id="no" name="no" sourceRef="g" targetRef="ask"/>
  <b:sequenceFlow id="f2" sourceRef="ask" targetRef="w"/><b:sequenceFlow id="f3" sourceRef="w" targetRef="g"/>
  <b:sequenceFlow id="f4" sourceRef="sub" targetRef="m"/><b:sequenceFlow id="f5" sourceRef="m" targetRef="e"/>
  <b:sequenceFlow id="f6" sourceRef="late" targetRef="e"/>
 </b:process>
 <d:BPMNDiagram><d:BPMNPlane>
  <d:BPMNShape bpmnElement="sales"><c:Bounds x="0" y="0" width="800" height="200"/></d:BPMNShape>
  <d:BPMNShape bpmnElement="sub"><c:Bounds x="300" y="20" width="300" height="120"/></d:BPMNShape>
  <d:BPMNShape bpmnElement="ask"><c:Bounds x="200" y="120" width="100" height="80"/></d:BPMNShape>
 </d:BPMNPlane></d:BPMNDiagram>
</b:definitions>
"""


@functools.cache
def n8n_corpus() -> dict[str, bytes]:
    """Every real workflow by its file name; none where the collection is absent."""
    return _members(N8N_FILES, ".json")


@functools.cache
def bpmn_corpus() -> dict[str, bytes]:
    """The reference diagrams by file name; none where they are absent."""
    return _members(BPMN_FILES, ".bpmn")


def _members(archive: Path, suffix: str) -> dict[str, bytes]:
    if not archive.is_file():
        return {}
    with tarfile.open(archive) as opened:
        found = ((each.name, opened.extractfile(each)) for each in opened if each.name.endswith(suffix))
        return {name: stream.read() for name, stream in found if stream is not None}
