"""The window around the pages: navigation, actions, preferences, welcome."""
