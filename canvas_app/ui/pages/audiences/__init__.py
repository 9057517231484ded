"""Audiences and contacts: who there is, who matches, and bringing people in."""
