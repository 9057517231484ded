"""Moves tokens and drains the outbox."""
