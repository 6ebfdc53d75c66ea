"""What became of it all: the six-monthly monitoring report of a partnership."""
