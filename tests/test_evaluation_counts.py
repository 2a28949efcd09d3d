"""The counts behind the figures add up to the examinations that were judged."""

from tests.test_evaluation_samples import simulated

from radunion.evaluation.compare import compare
from radunion.scale import CORTICES


def test_counts_add_up_to_the_examinations_judged() -> None:
    labels, predictions = simulated(100)
    result = compare(labels, predictions, seed=0, replicates=10)
    for scale in result.scales:
        complete = int(labels.on(scale).complete().sum())
        pairs = [
            one.exams for one in result.counts.pairs if (one.protocol, one.scale, one.scope) == ("pair", scale, "total")
        ]
        bins = [one.exams for one in result.counts.union if (one.protocol, one.scale) == ("pair", scale)]
        assert sum(pairs) == sum(bins) == complete
    assert {one.scope for one in result.counts.pairs} == {*CORTICES, "total"}
