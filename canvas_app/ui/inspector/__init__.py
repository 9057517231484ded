"""What is beside the canvas: settings, people, changes and notes of the chosen node."""
