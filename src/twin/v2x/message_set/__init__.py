"""Messages of T/CSAE 53 and ETSI: what they hold, their bytes, how large they are."""
