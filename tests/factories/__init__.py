"""Small factories, one module per feature."""
