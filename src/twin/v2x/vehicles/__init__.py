"""Connected vehicles: their units, their messages, and what is believed of them."""
