"""Companies, research organisations, regions, and the reference data that describes them."""
