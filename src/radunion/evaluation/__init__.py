"""How well levels, totals and union agree with readers, always beside what needs no image.

`reference` holds what the readers said, `blinds` the no-image baselines; `agreement`, `alpha`, `discrimination`,
`ranked` and `calibration_error` are the statistics; `cortices`, `totals` and `subgroups` say which are taken where and
`measures` lists them; `bootstrap` gives the intervals, `compare` the table of all; `readers` sets readers, and models,
against readers.
"""
