"""How good heat-maps are: do they point at the fracture, hold their mass there, and tell what the score rests on.

`target` says where a map should point, `pointing` and `energy` measure one map, `places` and `fixed` are what points
without a model, `curves` takes pixels away in a map's order, `sanity` compares a model with one of random weights,
`rows` turns all into numbers with intervals, `quality` holds them.
"""
