"""Traffic: who is where, at every instant."""
