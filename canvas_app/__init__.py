"""Strategy Canvas: draw a marketing strategy, rehearse it, run it, see what it did."""

__version__ = "0.1.0"
