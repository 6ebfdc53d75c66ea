"""The hard rules, one in each module: its formula, what it asks of the plan, and of the exact model.

A module has what its rule needs of three functions: one that ``compile`` asks when it makes the options, one that
the plan asks before a meeting is placed or swapped, and ``constrain``, which states the rule in the exact model.
The judge (``judging``) states every rule a second time, in its own words.
"""
