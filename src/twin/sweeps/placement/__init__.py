"""Placement: which sites perceive most for a budget, how far from the best that can be, and against usual practice."""
