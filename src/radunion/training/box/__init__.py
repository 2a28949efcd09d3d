"""The model that comes with radunion: how it is made, from seeds alone. `python -m radunion.training.box` makes it."""
