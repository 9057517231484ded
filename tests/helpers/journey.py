"""The journey that speed is measured on: 12 nodes, three channels, a result split, a delay, an A/B test."""

from nodes.graph import Edge, Graph, Node
from storage import tables
from storage.contacts import bucket_of
from storage.workspace import Workspace

NODES = (
    Node("in", "audience", "Everybody", {"rule": {"all": []}}),
    Node("split", "rule_split", "Score", {"branches": [
        {"port": "high", "label": "High", "rule": {"field": "score", "op": ">=", "value": 66}},
        {"port": "mid", "label": "Middle", "rule": {"field": "score", "op": ">=", "value": 33}},
    ]}),
    Node("mail", "email", "Mail", {"subject": "Hello", "body": "Hello"}),
    Node("text", "sms", "Text", {"text": "Hello"}),
    Node("call", "ai_call", "Call", {"script": "Hello"}),
    Node("result", "result_split", "Result", {"of": ["mail", "text", "call"], "branches": [
        {"port": "good", "label": "Good", "outcomes": ["opened", "answered"]}]}),
    Node("mark", "update_contact", "Mark", {"set": {"score": {"add": 5}}}),
    Node("wait", "delay", "Wait", {"for": "P1D"}),
    Node("test", "ab_split", "Test", {"arms": [
        {"port": "a", "label": "A", "weight": 50}, {"port": "b", "label": "B", "weight": 50}]}),
    Node("offer_a", "email", "Offer A", {"subject": "A", "body": "A"}),
    Node("offer_b", "sms", "Offer B", {"text": "B"}),
    Node("out", "exit", "Done", {"reason": "done"}),
)  # fmt: skip
EDGES = (
    Edge("in", "out", "split"), Edge("split", "high", "mail"), Edge("split", "mid", "text"),
    Edge("split", "else", "call"), Edge("mail", "out", "result"), Edge("text", "out", "result"),
    Edge("call", "out", "result"), Edge("result", "good", "mark"), Edge("result", "else", "wait"),
    Edge("mark", "out", "wait"), Edge("wait", "out", "test"), Edge("test", "a", "offer_a"),
    Edge("test", "b", "offer_b"), Edge("offer_a", "out", "out"), Edge("offer_b", "out", "out"),
)  # fmt: skip


def journey(name: str = "Journey") -> Graph:
    """The strategy."""
    return Graph(name=name, nodes={node.id: node for node in NODES}, edges=EDGES)


def fill(workspace: Workspace, n: int, now: int) -> None:
    """`n` contacts with address, number, a score from 0 to 99, and consent for every channel."""
    with workspace.write() as connection:
        rows = [
            {
                "id": i, "bucket": bucket_of(f"c{i}"), "place": 1, "created": now, "changed": now,
                "external_id": f"c{i}", "email": f"c{i}@example.com", "email_fold": f"c{i}@example.com",
                "phone": f"+8613{i:09d}",
            }
            for i in range(1, n + 1)
        ]  # fmt: skip
        connection.execute(tables.contact.insert(), rows)
        connection.exec_driver_sql("UPDATE contact SET score = bucket % 100")
        for channel in ("email", "sms", "ai_call"):
            connection.exec_driver_sql(
                "INSERT INTO consent (contact, channel, given, at, source)"
                f" SELECT id, '{channel}', 1, {now}, 'test' FROM contact"
            )
