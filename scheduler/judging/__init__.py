"""The judge's rules and measures, one group in each module, recomputed from the problem alone.

Nothing here may come from the code that makes schedules: a mistake there must not be able to hide here.
"""
