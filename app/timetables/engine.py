"""The only door to the engine: problems and schedules go through as the exchange format's JSON."""
