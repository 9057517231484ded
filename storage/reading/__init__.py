"""Tables that people bring: any encoding, delimiter and file format, read as a stream."""
