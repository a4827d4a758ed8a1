"""Roadside sensors: where they stand, what they see, what they report."""
