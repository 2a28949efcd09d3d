"""A job small enough for tests: random films whose brightness is their level, a network of 0.3 million weights."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from radunion.features import Backbone, BackboneSpec, load_backbone
from radunion.training.examples import ABSENT
from radunion.training.glimpse import MARGIN, centre
from radunion.training.network import HeadShape, PairHead
from radunion.training.tuned.job import Job, drawn
from radunion.training.tuned.network import TunedEncoder, TunedLoss
from radunion.training.tuned.settings import TunedSettings

SETTINGS = TunedSettings(
    unfreeze_from="layer4", rate_decay=0.5, augment="film", head_epochs=2, epochs=3, batch=8, learning_rate=1e-3,
    tuning_rate=3e-3, weight_decay=0.1, backbone_decay=0.01, warm_up=0.1, patience=5, validation=0.2,
)  # fmt: skip


@cache
def backbone() -> Backbone:
    return load_backbone(BackboneSpec("test_resnet"))


def module_and_job(
    settings: TunedSettings = SETTINGS, *, checkpoint: Path | None = None, dropout: float = 0.0, examinations: int = 24
) -> tuple[TunedLoss, Job]:
    random = np.random.default_rng(0)
    levels = random.integers(0, 4, examinations)
    grey = 0.15 + 0.2 * np.repeat(levels, 2)[:, None, None, None]
    glimpses = grey + 0.05 * random.random((2 * examinations, 1, 32 + 2 * MARGIN, 32))
    films = np.arange(2 * examinations).reshape(-1, 2)
    films[0, 1] = ABSENT
    torch.manual_seed(3)
    encoder = TunedEncoder(backbone(), settings.unfreeze_from)
    shape = HeadShape(2 * backbone().channels, hidden=8, dropout=dropout)
    module = TunedLoss(encoder, PairHead(shape))
    pixels = torch.from_numpy(glimpses.astype(np.float32))
    with torch.no_grad():
        module.head.standardise(encoder(centre(pixels)))
    job = Job(
        spec=backbone().spec,
        shape=shape,
        tensors={name: tensor.clone() for name, tensor in module.state_dict().items()},
        settings=settings,
        glimpses=pixels,
        films=films,
        allowed=np.repeat(np.eye(4, dtype=bool)[levels][:, None], 4, axis=1),
        scorable=np.ones((examinations, 4), dtype=np.float32),
        training=np.arange(16),
        validation=np.arange(16, examinations),
        name="run",
        checkpoint=checkpoint,
    )
    return module, job


def test_an_epoch_draws_the_same_each_time_and_each_epoch_otherwise() -> None:
    _, job = module_and_job()
    once, again, other = drawn(job, 3), drawn(job, 3), drawn(job, 4)
    np.testing.assert_array_equal(once.rows, again.rows)
    assert once.changes is not None
    assert again.changes is not None
    assert torch.equal(once.changes.turn, again.changes.turn)
    assert not np.array_equal(once.rows, other.rows)
    assert sorted(once.rows) == sorted(job.training)
    assert len(once.changes) == 2 * len(once.rows)


def test_nothing_is_changed_where_no_augmentation_is_asked_for() -> None:
    _, job = module_and_job(replace(SETTINGS, augment="none"))
    assert drawn(job, 0).changes is None
