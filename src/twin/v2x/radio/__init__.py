"""Direct radio (PC5): how it fades, what stands in its way, who hears whom."""
