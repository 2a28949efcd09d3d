"""The page on metrics names every metric that is computed."""

from pathlib import Path

from radunion.evaluation.measures import BETTER


def test_the_page_on_metrics_names_every_metric() -> None:
    page = (Path(__file__).parents[1] / "docs" / "metrics.md").read_text(encoding="utf-8")
    shortened = {
        f"{name}-{level}" for name in ("recall", "precision") for level in (2, 3)
    }  # written `recall-1` … `recall-4`
    assert [metric for metric in BETTER if f"`{metric}`" not in page and metric not in shortened] == []
