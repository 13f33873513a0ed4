"""Bills: what providers charged, line by line, joined to what was decided and bought."""
