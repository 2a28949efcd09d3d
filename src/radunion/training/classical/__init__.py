"""Classical systems: features made by hand and small learners, no backbone. Their features need the extra [train].

`forest` follows Cao et al. 2015, `haar` Dimililer 2017. What the papers leave open is our choice, said where it is
made.
"""

from radunion.training.classical.engineered import engineered_features
from radunion.training.classical.forest import ForestModel
from radunion.training.classical.haar import haar_features
from radunion.training.classical.network import HaarModel
from radunion.training.classical.said import FilmSaid

__all__ = ["FilmSaid", "ForestModel", "HaarModel", "engineered_features", "haar_features"]
