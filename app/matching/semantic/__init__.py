"""Optional: sentence embeddings beside the words. Without packages or setting everything stays as it is."""
