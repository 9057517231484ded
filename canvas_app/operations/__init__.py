"""What a person can do: one verb, one function, for the desktop, the command line and the interface alike."""
