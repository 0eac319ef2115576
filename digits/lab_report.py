"""A study as a lab report in Markdown, from its rows alone: question, set-up, hypotheses, results, and what they prove."""

from collections.abc import Mapping, Sequence
from typing import Any

from digits import tables
from digits.rows import Row
from digits.searching import Grid, Halving, LineSearch, Random, Strategy
from digits.studies import Dimension, Hypothesis, Study
from digits.tables import Line, shown
from digits.verdicts import BORNE_OUT, REFUTED, UNDECIDED, Comparison, Verdict

MOST_LINES = 15  # of the table, in the report
UNIT = {"accuracy": "accuracy", "log_loss": "log loss (nats)", "seconds_per_epoch": "seconds per epoch", "parameters": "parameters"}
OF_VALIDATION = ("accuracy", "log_loss")
RULES = (
    "Weights are those of the lowest validation loss. What is chosen is chosen by validation accuracy, the seeds' mean, and by"
    " nothing else: each run's weights read the test images once, for the table. Seconds per epoch are those of the gradient"
    " updates of a run's fastest epoch, on a worker's threads; the first one compiles, which counts where it is the only one. They"
    " were not taken in turn, and whatever else ran on the machine is in them: a factor of two between them may mean nothing."
)

NONE = "no run ended with finite numbers"
UNFINISHED = "**Not all that the study asks for is trained and tested yet; its command, below, goes on with the rest.**"
CHOSEN_BY_THE_SAME = (
    "The search went where these same runs were best, which favours the value that was held against the others: here an interval is"
    " too narrow, and a small effect is a hint at most."
)
NOT_IN_TURN = (
    "Seconds were not taken in turn: their interval does not hold the machine's drift, so another day may judge them otherwise."
)
NAMED_BY_CODE = (
    "A row's name holds for the code that trained it: where that has changed since, the names are those of the table.md that the"
    " command above writes."
)


def text(
    study: Study,
    runs: Sequence[Row],
    table: Sequence[Line],
    *,
    judged: Sequence[Verdict],
    compared: Sequence[Comparison],
    pictures: Mapping[str, str],
    name: str,
    command: str,
    unfinished: bool,
) -> str:
    """Return the report. `pictures` are captions by file name; `command` repeats the study `make adopt` calls `name`."""
    parts = [
        f"# {study.title}",
        *([UNFINISHED] if unfinished else []),
        _abstract(study, runs, table, judged),
        "## Set-up",
        _set_up(study, runs),
        *(["## Hypotheses, written before running unless they say otherwise", _hypotheses(study, judged)] if judged else []),
        "## Results",
        _results(study, table),
        *(f"![{caption}]({file})" for file, caption in pictures.items()),
        *(["## What became of the hypotheses", _verdicts(study, judged)] if judged else []),
        *(["## Against the source", _against_source(study, table)] if study.printed else []),
        *([f"## {study.called(study.compare).capitalize()} against one another", _compared(study, compared)] if compared else []),
        "## What went wrong",
        _failures(study, runs),
        "## Again",
        _again(study, f"STUDY={name} ROW={table[0].id}" if table and table[0].validation else "", command),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _abstract(study: Study, runs: Sequence[Row], table: Sequence[Line], judged: Sequence[Verdict]) -> str:
    sentences = [
        f"{len(table)} variations along {_count(len(study.dimensions), 'dimension')} were trained, {len(runs)} runs in all."
    ]
    best = next((line for line in table if line.validation), None)
    if best and best.validation:
        place = tables.place(study, best.values)
        sentences.append(f"The highest validation accuracy, {tables.pm(best.validation)}, had {place} (row {best.id}).")
        if best.test and best.interval:
            low, high = best.interval
            sentences.append(f"It reads {tables.pm(best.test)} of the test images rightly (95 % interval {low:.4f} to {high:.4f}).")
    counts = {word: sum(verdict.word == word for verdict in judged) for word in (BORNE_OUT, REFUTED, UNDECIDED)}
    if judged:
        listed = ", ".join(f"{count} {word}" for word, count in counts.items())
        sentences.append(f"Of {_count(len(judged), 'hypothesis', 'hypotheses')}: {listed}.")
    return " ".join(sentences)


def _set_up(study: Study, runs: Sequence[Row]) -> str:
    finished = [row.conditions for row in runs if row.finished]
    sets = _distinct(f"**{c['dataset']}**, {c['train_images']:,} training, {c['validation_images']:,} validation and "
                     f"{c['test_images']:,} test images" for c in finished)  # fmt: skip
    machines = _distinct(f"{c['machine']['processor']}, {c['machine']['cores']} cores, {_count(c['workers'], 'worker')} of "
                         f"{_count(c['threads'], 'TensorFlow thread')}, TensorFlow {c['software']['tensorflow']}"
                         for c in finished)  # fmt: skip
    dimensions = [f"- **{dimension.name}**: {_values(dimension)}" for dimension in study.dimensions]
    dates = _distinct(row.conditions["date"] for row in runs)
    lines = [
        f"Data: {'; '.join(sets) or NONE}. Machine: {'; '.join(machines) or NONE}. Run on {', '.join(dates)}.",
        "",
        f"Held, over params.yaml: {_settings(study.base)}.",
        "",
        "Varied:",
        "",
        *dimensions,
        "",
        f"Search: {_strategy(study.strategy)} Seeds: {', '.join(map(str, study.seeds))}.",
        "",
        RULES,
    ]
    return "\n".join(lines)


def _values(dimension: Dimension) -> str:
    """Return the dimension's values, each that has a name of the study's own with what it sets."""
    shows = [f"[{shown(label)}]" if isinstance(label, tuple) else shown(label) for label in dimension.labels]
    sets = ["" if changes.keys() == {dimension.name} else f" ({_settings(changes)})" for changes in dimension.changes]
    return ", ".join(label + setting for label, setting in zip(shows, sets, strict=True))


def _strategy(strategy: Strategy) -> str:
    match strategy:
        case Grid():
            return "every combination."
        case Random():
            return f"{strategy.at_most()} combinations drawn by seed {strategy.seed}."
        case Halving():
            rungs = ", ".join(map(str, strategy.rungs()[:-1]))
            drawn = f"{strategy.at_most()} combinations drawn by seed {strategy.seed}"
            return f"successive halving of {drawn}; after {rungs} epochs one in {strategy.keep_one_in} goes on."
        case LineSearch():
            order = f"shuffled by seed {strategy.seed}" if strategy.shuffled else "in the order above"
            again = f"then begun again from a combination drawn by seed {strategy.seed}, {strategy.at_most()} variations in all"
            return f"line search, one dimension at a time, {order}, at most {strategy.rounds} rounds; {again}."
    raise TypeError(strategy)


def _hypotheses(study: Study, judged: Sequence[Verdict]) -> str:
    lines = [f"{i}. {verdict.hypothesis.text} *{_claim(study, verdict.hypothesis)}*" for i, verdict in enumerate(judged, start=1)]
    rule = (
        "The rule: each hypothesis says which effects it means. With the 95 % interval of the effect over the seeds (Student's; the"
        " effect of a seed is the mean difference of its runs that differ in nothing else) it is borne out if the whole interval"
        " lies among the effects meant, refuted if none of it does, and undecided otherwise, or where all seeds have one"
        " effect, but of parameters. Each stands for itself, at 95 %: of many hypotheses some come out so by chance."
    )
    if isinstance(study.strategy, LineSearch):
        rule += f" {CHOSEN_BY_THE_SAME}"
    return "\n".join([*lines, "", rule])


def _claim(study: Study, hypothesis: Hypothesis) -> str:
    """Return in words what is measured and which effects are meant."""
    unit, by = UNIT[hypothesis.measure], f"{hypothesis.by:g}"
    measured = f"Validation {unit}" if hypothesis.measure in OF_VALIDATION else unit.capitalize()
    meant = {
        "higher": f"higher by more than {by}" if hypothesis.by else "higher",
        "lower": f"lower by more than {by}" if hypothesis.by else "lower",
        "same": f"the same within {by}",
    }[hypothesis.expect]
    at = f", at {tables.place(study, hypothesis.at)}" if hypothesis.at else ""
    name = study.called(hypothesis.compare)
    return f"{measured}, {name}: {shown(hypothesis.start)} → {shown(hypothesis.end)}{at}: {meant}."


def _results(study: Study, table: Sequence[Line]) -> str:
    cut = f" The {MOST_LINES} best of {len(table)}; all are in [table.md](table.md)." if len(table) > MOST_LINES else ""
    head = (
        "Accuracy and macro F1 are shares, mean ± standard deviation over the seeds; the interval is Wilson's, of the choice of"
        f" test images alone.{cut}"
    )
    return f"{head}\n\n{tables.to_markdown(study, table[:MOST_LINES])}"


def _verdicts(study: Study, judged: Sequence[Verdict]) -> str:
    rows = []
    for i, verdict in enumerate(judged, start=1):
        hypothesis = verdict.hypothesis
        number = (lambda value: f"{value:+,.0f}") if hypothesis.measure == "parameters" else (lambda value: f"{value:+.4f}")
        effect = "no pair" if verdict.effect is None else number(verdict.effect)
        interval = "" if verdict.low is None or verdict.high is None else f"{number(verdict.low)} to {number(verdict.high)}"
        what = f"{study.called(hypothesis.compare)}: {shown(hypothesis.start)} → {shown(hypothesis.end)}"
        at = f", {tables.place(study, hypothesis.at)}" if hypothesis.at else ""
        rows.append([str(i), what + at, UNIT[hypothesis.measure], effect, interval, str(verdict.pairs), f"**{verdict.word}**"])
    table = tables.markdown(["", "from, to", "of", "effect", "95 % over the seeds", "pairs", ""], rows)
    timed = any(verdict.hypothesis.measure == "seconds_per_epoch" for verdict in judged)
    return f"{table}\n\n{NOT_IN_TURN}" if timed else table


def _against_source(study: Study, table: Sequence[Line]) -> str:
    head = ["", "test accuracy", "printed", "macro F1", "printed", "s/epoch", "printed"]
    used = {name for line in table for name in line.printed}
    keep = [True] + [name in used for name in ("accuracy", "macro_f1", "seconds_per_epoch") for _ in range(2)]
    rows = []
    for line in table:
        if line.printed:
            ours = [
                tables.pm(line.test),
                tables.pm(line.macro_f1),
                f"{line.seconds_per_epoch:.2f}" if line.seconds_per_epoch else "",
            ]
            source = [
                f"{line.printed[name]:g}" if name in line.printed else "" for name in ("accuracy", "macro_f1", "seconds_per_epoch")
            ]
            rows.append([tables.place(study, line.values), *(cell for pair in zip(ours, source, strict=True) for cell in pair)])

    def kept(cells: Sequence[str]) -> list[str]:
        return [cell for cell, is_used in zip(cells, keep, strict=True) if is_used]

    images = _distinct(f"{line.train_images:,}" for line in table if line.train_images)
    note = f"Printed: {study.source}. Ours were trained on {' or '.join(images)} images, so the two are not the same experiment."
    return f"{note}\n\n{tables.markdown(kept(head), [kept(row) for row in rows])}"


def _compared(study: Study, compared: Sequence[Comparison]) -> str:
    rule = (
        f"McNemar's exact test on the test images, each {study.called(study.compare)} by its run of the highest validation"
        f" accuracy, Holm-corrected for {_count(len(compared), 'pair')}. It is about these trained weights, one run each: with p"
        " below 0.05 the two differ by more than the choice of test images explains. Another seed may turn that round; what holds"
        " over the seeds, the hypotheses say."
    )
    rows = [
        [shown(each.first), shown(each.second), str(each.only_first), str(each.only_second), _probability(each.p),
         "these two differ" if each.p < 0.05 else "not told apart"] for each in compared
    ]  # fmt: skip
    return f"{rule}\n\n{tables.markdown(['first', 'second', 'only first right', 'only second right', 'p', ''], rows)}"


def _probability(p: float) -> str:
    return f"{p:.3g}" if p else "below 1e-300"


def _failures(study: Study, runs: Sequence[Row]) -> str:
    failed = [row for row in runs if not row.finished]
    if not failed:
        return "Nothing: every run ended with finite numbers."
    lines = [f"- {row.name}, {tables.place(study, row.values)}, seed {row.seed}: {row.status} ({row.reason})" for row in failed]
    return "\n".join([f"{len(failed)} of {len(runs)} runs, each tried twice:", "", *lines])


def _again(study: Study, best: str, command: str) -> str:
    lines = [f"    {command}"]
    if best:
        adopted = f"The best row as the pipeline's parameters: `make adopt {best}`, then `dvc repro`; another row likewise."
        lines += ["", f"{adopted} {NAMED_BY_CODE}"]
    if study.changed_for_full and " FULL=1" not in command:
        changes = _settings(study.changed_for_full)
        lines += ["", f"What is above is the study's short form. In full ({changes}):", "", f"    {command} FULL=1"]
    return "\n".join(lines)


def _settings(changes: Mapping[str, Any]) -> str:
    return ", ".join(f"`{path}: {shown(value)}`" for path, value in changes.items())


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _distinct(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
