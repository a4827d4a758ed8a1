"""Documents for a meeting, of a sweep or a run: what is in them, and how they are written as HTML and as Word."""
