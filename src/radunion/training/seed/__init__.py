"""The networks of the seed study and of the systems beside it, as Keras builds and trains them."""
