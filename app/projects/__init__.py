"""Investment projects: from an idea to money, and the trace from every euro back to a regional priority."""
