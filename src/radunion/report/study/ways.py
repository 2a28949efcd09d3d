"""Three ways of measuring side by side, the seed study's table beside the run's, its endpoints and its questions."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Heading, Line, Prose, Section
from radunion.report.study.cells import found_cell, paired_cell, said_pair, span, study_at, value_cell
from radunion.report.study.differences import differences
from radunion.report.study.endpoints import EndpointFigure
from radunion.report.study.grids import kind_of
from radunion.report.study.ledger import HEADLINE, SEED_WAY, Ledger, Paired, ledger_of
from radunion.report.study.material import WORD_OF, ProtocolRun, StudyMaterial
from radunion.report.study.outputs18 import VIEW_ONLY, foot_of, gives_18_outputs
from radunion.report.study.seed import ENDPOINTS, HOLD_OUT, MEASURED, PUBLISHED, QUESTIONS, Published, Question

_WORDS = {"better": "yes", "worse": "no, worse", "unclear": "not decided"}


def ways_section(material: StudyMaterial, ledger: Ledger) -> Section:
    """Show what the seed study would have said, and what can be said."""
    how = (
        "Read each column from its grey lines: what a baseline reaches without looking at a film is the zero of that "
        "column. A column in which the blinds stand close to the models does not tell the models apart."
    )
    leaking = None if material.by_image is None else ledger_of(material.by_image, "metrics-by-image.json")
    blocks = (
        three_ways(material, ledger, leaking),
        Figures((endpoint_figure(material, ledger),)),
        *_published(material, ledger, leaking),
        Heading("Its endpoints"),
        endpoint_grid(material, ledger, leaking),
        Prose(_ENDPOINTS, "fine"),
        Heading("Its three questions"),
        question_grid(material, ledger),
        Prose(_QUESTIONS, "fine"),
        Heading("Ten differences"),
        difference_grid(material),
    )
    return Section("ways", "Three ways of measuring", how, blocks, tag="the 18-output AUROC is inflated")


_ENDPOINTS = (
    "Above and below are said when the 95 % interval excludes the endpoint; the shallow net is judged by its paired "
    "difference. By the seed study's measure a protocol stands beside blind-view, which has the same outputs to give; "
    "one that is given view and scale, beside the strongest baseline that is given them too."
)
_QUESTIONS = (
    "The three questions are our reading of the seed study's three protocols. Yes, no and not decided follow from the "
    "paired difference of the first protocol minus the second; a yes means little while neither beats what needs no "
    "film."
)


def three_ways(material: StudyMaterial, ledger: Ledger, leaking: Ledger | None) -> Grid:
    """Lay out the seed's way split by film, the seed's way by patient, and the honest way."""
    scale, unit = ledger.headline_scale, material.unit
    names = dict.fromkeys((*ledger.protocols, *(leaking.protocols if leaking else ())))
    lines = []
    for name in names:
        first = (found_cell(leaking, name, *SEED_WAY, "mixed"),) if leaking else ()
        honest = [found_cell(ledger, name, metric, "cortices", scale) for metric in ("auroc", "kappa")]
        cells = (*first, found_cell(ledger, name, *SEED_WAY, "mixed"), *honest)
        lines.append(Line(name, cells, kind_of(ledger, name), not gives_18_outputs(material, name)))
    where = f"split by {WORD_OF[unit]}"
    honest_way = "Honest" if unit == "patient" else "Honest measure, leaking split"
    headings = (
        *(("Seed’s way: 18-output macro AUROC, split by film",) if leaking else ()),
        f"Seed’s measure, {where}",
        f"{honest_way}: mean cortex AUROC, {SCALE_NAMES[scale]}, {where}",
        f"{honest_way}: mean cortex kappa, {SCALE_NAMES[scale]}, {where}",
    )
    caption = "The same protocols, three ways of measuring."
    return Grid("three-ways", caption, "Protocol", headings, tuple(lines), foot_of(material, ledger))


def endpoint_figure(material: StudyMaterial, ledger: Ledger) -> EndpointFigure:
    """Make the figure of the seed's measure with its endpoints."""
    found = [ledger.find(name, *SEED_WAY, "mixed") for name in ledger.protocols]
    shallow = run_of(material, ledger, "lenet")
    values = [ledger.find(name or "", *SEED_WAY, "mixed") for name in (shallow, VIEW_ONLY)]
    shallow_value, blind_value = (None if row is None else row.estimate for row in values)
    caption = (
        "The seed study’s measure of every protocol against its endpoints, 95 % intervals, split by "
        f"{WORD_OF[material.unit]}. Inflated: what blind-view reaches looks at no film. {foot_of(material, ledger)}"
    )
    return EndpointFigure(
        "endpoints",
        caption.strip(),
        tuple(row for row in found if row is not None),
        ledger.baselines,
        tuple(value for _, value in ENDPOINTS),
        shallow_value,
        blind_value,
        tuple(name for name in ledger.protocols if not gives_18_outputs(material, name)),
    )


def run_of(material: StudyMaterial, ledger: Ledger, plain: str) -> str | None:
    """Return the protocol of this run that stands for a plain one: itself, else its first variant."""
    if plain in ledger.protocols:
        return plain
    runs: list[ProtocolRun] = [one for one in material.runs if one.plain == plain and one.name in ledger.protocols]
    return runs[0].name if runs else None


def _published(material: StudyMaterial, ledger: Ledger, leaking: Ledger | None) -> Iterator[Block]:
    yield Heading("The seed study’s table beside this one")
    lines = [_published_line(material, ledger, leaking, place) for place in range(len(PUBLISHED))]
    measured = value_cell(
        MEASURED["view_only"]["macro"], study_at("seed_study", "measured", "view_only", "macro"), digits=3
    )
    lines.append(_ours(ledger, leaking, "Knowing only the view, on its label table", measured, VIEW_ONLY))
    headings = (
        "Published",
        "Repeated here by",
        *(("Here, split by film",) if leaking else ()),
        f"Here, split by {WORD_OF[material.unit]}",
        "Here, mean cortex kappa",
    )
    caption = (
        "18-output macro AUROC as published, and here; the last column is the honest measure of the same protocol."
    )
    yield Grid("seed-study", caption, "Seed study", headings, tuple(lines))
    yield Prose(_hold_out_words(), "fine")


def _hold_out_words() -> Markup:
    """Say what else its “hold-out” line gives, and what that may mean."""
    hold_out = {
        key: span(f"{value:.3f}", study_at("seed_study", "published", "hold_out", key))
        for key, value in HOLD_OUT.items()
    }
    view_only = {
        f"view_{key}": span(f"{value:.3f}", study_at("seed_study", "measured", "view_only", key))
        for key, value in MEASURED["view_only"].items()
    }
    text = Markup(
        "Its “hold-out” line also gives precision {precision}, recall {recall} and macro-F1 {macro_f1}, as would be if "
        "most of what it calls is the view: knowing only the view has precision {view_precision} and recall "
        "{view_recall} on its label table. That is our inference; its films were not at hand. The cohorts differ, so "
        "the columns can be read beside each other, not subtracted."
    )
    return text.format(**hold_out, **view_only)


def _published_line(material: StudyMaterial, ledger: Ledger, leaking: Ledger | None, place: int) -> Line:
    one: Published = PUBLISHED[place]
    cell = value_cell(one.auroc, study_at("seed_study", "published", "table", place, "auroc"), digits=3)
    if one.plain is None:
        width = 3 if leaking else 2
        return Line(one.what, (cell, Cell(one.remark, mark="text"), *(Cell("–") for _ in range(width))))
    return _ours(ledger, leaking, one.what, cell, run_of(material, ledger, one.plain))


def _ours(ledger: Ledger, leaking: Ledger | None, what: str, published: Cell, name: str | None) -> Line:
    first = (found_cell(leaking, name or "", *SEED_WAY, "mixed"),) if leaking else ()
    ours = found_cell(ledger, name or "", *SEED_WAY, "mixed")
    kappa = found_cell(ledger, name or "", *HEADLINE, ledger.headline_scale)
    return Line(what, (published, Cell(name or "not run", mark="text"), *first, ours, kappa))


def endpoint_grid(material: StudyMaterial, ledger: Ledger, leaking: Ledger | None) -> Grid:
    """Judge every protocol by the seed's endpoints, and beside a baseline that had the same to begin with."""
    seen = leaking or ledger
    shallow = run_of(material, seen, "lenet")
    blind = ledger.strongest_blind()
    given = seen.highest([name for name in seen.baselines if name != VIEW_ONLY], SEED_WAY, "mixed")
    own = VIEW_ONLY if VIEW_ONLY in seen.baselines else None
    lines = []
    for name in seen.protocols:
        gives = gives_18_outputs(material, name)
        bounds = [_against_value(seen, name, value) for _, value in ENDPOINTS]
        cells = (
            found_cell(seen, name, *SEED_WAY, "mixed"),
            bounds[0],
            _against_run(seen, name, shallow) if gives else Cell("unlike", mark="text"),
            *bounds[1:],
            _beside(seen, name, own if gives else given, *SEED_WAY, "mixed"),
            _beside(ledger, name, blind, *HEADLINE, ledger.headline_scale),
        )
        lines.append(Line(name, cells, kind_of(seen, name), not gives))
    foot = foot_of(material, seen)
    daggered = f" († minus {given})" if foot and given else ""
    headings = (
        "18-output AUROC",
        "0.50, chance",
        f"Shallow net ({shallow or 'not run'})",
        "0.75",
        "0.80",
        f"By its measure, minus {own}{daggered}" if own else "Beside a blind, its measure",
        f"By kappa, minus {blind}" if blind else "Beside a blind, kappa",
    )
    way = "split by film" if leaking else f"split by {WORD_OF[material.unit]}"
    caption = f"The seed study’s endpoints by its own measure, {way}."
    return Grid("endpoints", caption, "Protocol", headings, tuple(lines), foot)


def _against_value(ledger: Ledger, name: str, value: float) -> Cell:
    row = ledger.find(name, *SEED_WAY, "mixed")
    if row is None or row.low is None or row.high is None:
        return Cell("–", mark="text")
    return Cell("above" if row.low > value else "below" if row.high < value else "not decided", mark="text")


def _against_run(ledger: Ledger, name: str, other: str | None) -> Cell:
    if other is None or name == other:
        return Cell("–" if other else "not run", mark="text")
    pair = ledger.paired(name, other, *SEED_WAY, "mixed")
    if pair is None:
        return Cell("–", mark="text")
    return Cell({"better": "above", "worse": "below", "unclear": "not decided"}[pair.verdict], mark="text")


def _beside(ledger: Ledger, name: str, blind: str | None, metric: str, scope: str, scale: str) -> Cell:
    if blind is None or name in ledger.baselines:
        return Cell("–")
    return paired_cell(ledger, ledger.paired(name, blind, metric, scope, scale))


def question_grid(material: StudyMaterial, ledger: Ledger) -> Grid:
    """Answer the three questions by the seed's measure, by kappa, and beside the strongest baseline."""
    lines = tuple(Line(one.asked, tuple(_answers(material, ledger, one))) for one in QUESTIONS)
    headings = ("Judged on", "By the seed’s measure", "By mean cortex kappa", "Beside the strongest blind")
    return Grid("questions", "The seed study’s three questions, answered.", "Question", headings, lines)


def _answers(material: StudyMaterial, ledger: Ledger, asked: Question) -> Iterator[Cell]:
    one, other = run_of(material, ledger, asked.one), run_of(material, ledger, asked.other)
    if one is None or other is None:
        missing = " and ".join(plain for plain, name in ((asked.one, one), (asked.other, other)) if name is None)
        yield Cell(f"{missing}: not run", mark="text")
        yield from (Cell("not run", mark="text") for _ in range(3))
        return
    yield Cell(f"{one} − {other}", mark="text")
    yield _answer(ledger, ledger.paired(one, other, *SEED_WAY, "mixed"))
    yield _answer(ledger, ledger.paired(one, other, *HEADLINE, ledger.headline_scale))
    yield Cell(_beside_blind(ledger, one, other), mark="text")


def _answer(ledger: Ledger, pair: Paired | None) -> Cell:
    if pair is None:
        return Cell("–", mark="text")
    text = Markup("<strong>{}</strong><br>{}").format(_WORDS[pair.verdict], said_pair(ledger, pair))
    return Cell(text, mark="text")


def _beside_blind(ledger: Ledger, one: str, other: str) -> str:
    blind = ledger.strongest_blind()
    if blind is None:
        return "no blind was run"
    pairs = {name: ledger.paired(name, blind, *HEADLINE, ledger.headline_scale) for name in (one, other)}
    told = [
        name + (" beats " if pair is not None and pair.verdict == "better" else " is not shown to beat ") + blind
        for name, pair in pairs.items()
    ]
    return "; ".join(told)


def difference_grid(material: StudyMaterial) -> Grid:
    """Set what the seed study did beside what is done here."""
    lines = tuple(
        Line(
            f"{place + 1}. {one.topic}",
            tuple(
                Cell(text, study_at("seed_study", "differences", place, key), mark="text")
                for key, text in (("did", one.did), ("here", one.here))
            ),
        )
        for place, one in enumerate(differences(material))
    )
    caption = "What the seed study did, and what is done here."
    return Grid("ten-differences", caption, "Topic", ("The seed study", "Here"), lines)
