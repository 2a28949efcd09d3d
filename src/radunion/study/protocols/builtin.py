"""The protocols that come with radunion: the seed study's, the systems that it builds on, the blinds, and ours."""

from radunion.study.protocols.definition import (
    BlindProtocol,
    FilmProtocol,
    ForestProtocol,
    HaarProtocol,
    PairProtocol,
    Protocol,
    TunedProtocol,
)

_SEED = "Hong 2023 (thesis, Goldsmiths and METRC)"
_NO_IMAGE = "no image; the floor that every other protocol must pass"
_INITIAL = "its dropout is the one that the seed study chose in the end, for that of its first runs is not recorded"

_ALL: tuple[Protocol, ...] = (
    BlindProtocol(
        name="blind-view", kind="blind-view", source=_NO_IMAGE,
        title="No image: what all training labels are, knowing only which cortices a film shows",
    ),
    BlindProtocol(
        name="blind-visit", kind="blind-visit", source=_NO_IMAGE,
        title="No image: what the training labels of this visit are",
    ),
    BlindProtocol(
        name="blind-site", kind="blind-site", source=_NO_IMAGE,
        title="No image: what the training labels of this site and visit are",
    ),
    ForestProtocol(
        name="forest", source="after Cao 2015 (stacked random forests, feature fusion)",
        title="Engineered features of the straightened shaft, random forests stacked on random forests",
    ),
    HaarProtocol(
        name="haar", source="after Dimililer 2017 (Haar wavelets and SIFT features, a small network)",
        title="Haar wavelets and local descriptors of the straightened shaft, a network with one hidden layer",
    ),
    FilmProtocol(
        name="lenet", network="lenet", trains="all", head="none",
        source=f"LeCun 1998, as {_SEED} has it: on its own input of 299 pixels",
        title="LeNet-5 end to end, one film at a time, 18 sigmoids",
    ),
    FilmProtocol(
        name="thesis-1", network="inception_v3", trains="all", source=f"{_SEED}; {_INITIAL}",
        title="InceptionV3 end to end from random weights, one film at a time, 18 sigmoids",
    ),
    FilmProtocol(
        name="thesis-2", network="inception_v3", weights="imagenet", source=f"{_SEED}; {_INITIAL}",
        title="Frozen InceptionV3 (ImageNet), three dense layers, one film at a time, 18 sigmoids",
    ),
    FilmProtocol(
        name="thesis-3", network="inception_v3", weights="radimagenet", source=f"{_SEED}; {_INITIAL}",
        title="Frozen InceptionV3 (RadImageNet), three dense layers, one film at a time, 18 sigmoids",
    ),
    FilmProtocol(
        name="thesis-final", network="inception_v3", weights="imagenet", batch=1600, epochs=40, source=_SEED,
        title="thesis-2 with the settings that its search chose: batch 1600, dropout 0.2, rate 1e-3, epsilon 1e-7",
    ),
    FilmProtocol(
        name="mura", network="densenet169", trains="all", weights="imagenet", pooling="avg", head="linear",
        outputs="examination", shape="pad", size=320, augmentation="flips", dropout=0.0, batch=8, epochs=10,
        learning_rate=1e-4, epsilon=1e-7,
        source="after Rajpurkar 2018 (MURA): network, weights, input and rate; the number of epochs is ours",
        title="DenseNet-169 end to end from ImageNet weights, each film for the whole examination, mean over its views",
    ),
    FilmProtocol(
        name="kim-mackinnon", network="inception_v3", weights="imagenet", pooling="avg", head="linear",
        augmentation="eightfold", dropout=0.0, batch=100, epochs=50,
        source="after Kim and MacKinnon 2018: network, eight-fold augmentation; the rest is ours",
        title="Frozen InceptionV3 (ImageNet), its top layer retrained on eight views of each film",
    ),
    PairProtocol(
        name="pair", source="radunion",
        title="Both films, the fracture found first: a compact network from scratch, set-valued ordinal joint",
    ),
    PairProtocol(
        name="pair-frozen", network="inception_v3", weights="imagenet", input="glimpse", source="radunion",
        epochs=60, batch=32, learning_rate=1e-3, weight_decay=0.5, patience=15,
        title="Both films, the fracture found, then seen by thesis-2's frozen InceptionV3, set-valued ordinal joint",
    ),
    TunedProtocol(
        name="pair-tuned", network="inception_v3", unfreeze_from="Mixed_7a", source="radunion; its settings are usual "
        "ones, none was searched for",
        title="pair-frozen carried on: once its head has learned, InceptionV3's upper blocks learn with it",
    ),
)  # fmt: skip

PROTOCOLS: dict[str, Protocol] = {protocol.name: protocol for protocol in _ALL}
"""Every protocol by its name, the blinds first."""

THESIS: tuple[str, ...] = (
    "blind-view", "blind-visit", "blind-site", "lenet", "thesis-1", "thesis-2", "thesis-3", "thesis-final",
    "pair-frozen", "pair",
)  # fmt: skip
"""What `--preset thesis` compares: the seed study's own, the blinds, and ours on the same films."""
