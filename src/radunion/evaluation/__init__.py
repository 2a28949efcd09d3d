"""How well levels, totals and union agree with readers, always beside what needs no image.

`reference` holds what the readers said, `blinds` the no-image baselines, `agreement` and `discrimination` the
statistics, `measures` which of them are taken where, `bootstrap` the intervals, `compare` the table of all.
"""
