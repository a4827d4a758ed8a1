"""One run: the main flow (``run``) and the place where the parts meet (``assembly``)."""
