"""Who complements whom: scores, reasons, recommendations. `scoring` is the door to the pure part."""
