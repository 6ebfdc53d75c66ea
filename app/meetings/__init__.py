"""Meeting requests: asking, answering, quotas and vetoes."""
