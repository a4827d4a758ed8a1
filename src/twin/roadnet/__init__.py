"""The road network and its readers."""
