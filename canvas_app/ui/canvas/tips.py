"""Tool tips of the canvas: what the card had no room for."""

from html import escape

from canvas_app.ui.canvas.hits import Hit
from canvas_app.ui.canvas.scene import CanvasScene


def tip_for(scene: CanvasScene, hit: Hit | None) -> str:
    """Name, settings and problem of the card below the pointer; empty elsewhere. Data is never read as markup."""
    card = scene.cards.get(hit.id) if hit is not None else None
    if card is None:
        return ""
    lines = [f"<b>{escape(card.title)}</b>", escape(card.summary)]
    if card.problem is not None:
        lines.append(escape(card.problem.message))
    return "<br>".join(line for line in lines if line)
