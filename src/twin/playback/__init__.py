"""Playing a run in the browser: it reads the log only."""
