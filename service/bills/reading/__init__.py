"""Reading a bill that somebody uploads: hostile until it is parsed, in a process of its own."""
