"""Who lies on the radio, who notices, and what is done about it: attacks, detectors and alerts on vehicles' messages."""
