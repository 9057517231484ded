"""One file a channel: its message fields, its address and how it sends."""
