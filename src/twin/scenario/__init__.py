"""The scenario file: what it may say, and the loader that says everything wrong with it at once."""
