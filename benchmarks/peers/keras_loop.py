"""An epoch of the seed study's loop in Keras: the frozen network runs on every film in every epoch.

The same work as an epoch of a fold of `thesis-2`: InceptionV3 from random weights and frozen, a max pool, the head of
three dense layers with dropout, 18 sigmoids, Adam, flips at random, and a look at the watched films. Films and labels
are noise in memory, so that reading them costs the loop nothing. Prints one JSON object.
"""

import argparse
import json
import time
from typing import Any

import keras
import numpy as np

SIZE, OUTPUTS, HIDDEN, DROPOUT = 299, 18, (1024, 512, 256), 0.2


def main() -> None:
    """Learn for two epochs and tell the seconds of the second one, in which nothing is compiled any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--learned", type=int, required=True)
    parser.add_argument("--watched", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    given = parser.parse_args()
    random = np.random.default_rng(0)
    learned, watched = _films(random, given.learned), _films(random, given.watched)
    stamps: list[float] = []
    stamp = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: stamps.append(time.perf_counter()))
    _network().fit(
        *learned, batch_size=given.batch, epochs=2, validation_data=watched, callbacks=[stamp], verbose=0,
        validation_batch_size=given.batch,
    )  # fmt: skip
    seconds = stamps[1] - stamps[0]
    films = given.learned + given.watched
    print(json.dumps({"keras": keras.__version__, "batch": given.batch, "image_epochs_per_s": films / seconds}))


def _films(random: np.random.Generator, count: int) -> tuple[Any, Any]:
    films = random.integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
    return films, (random.random((count, OUTPUTS)) < 0.2).astype(np.float32)


def _network() -> Any:
    frozen = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), pooling="max")
    frozen.trainable = False
    films = keras.Input((SIZE, SIZE, 3))
    seen = keras.layers.RandomFlip("horizontal_and_vertical")(films)
    values = frozen(keras.layers.Rescaling(1 / 127.5, offset=-1)(seen), training=False)
    for width in HIDDEN:
        values = keras.layers.Dropout(DROPOUT)(keras.layers.Dense(width, activation="relu")(values))
    network = keras.Model(films, keras.layers.Dense(OUTPUTS, activation="sigmoid")(values))
    network.compile(keras.optimizers.Adam(1e-3, epsilon=1e-7), "binary_crossentropy", metrics=[keras.metrics.AUC()])
    return network


if __name__ == "__main__":
    main()
