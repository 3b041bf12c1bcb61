"""Whatever Postern permits, every reader reads as Postern does: checked with generated messages."""
