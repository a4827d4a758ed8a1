"""The log: declared tables, the recorder that writes them, the reader and the manifest."""
