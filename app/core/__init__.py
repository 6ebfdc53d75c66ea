"""The kit: everything the features stand on, without a business word in it."""
