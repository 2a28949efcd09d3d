"""Heat-maps of any model, and how good they are on films where it is known where the fracture is.

`ways` makes the maps: a bundle's own evidence, or captum's methods for networks and classical systems that have none.
`measure` says how good they are, beside what points without a model; it needs no torch, nor do `subject`, `bundle`,
`marked`, `observe`, `removal`, `tally` and `examples`.
"""
