"""Links: how object lists travel from roadside devices to the clouds."""
