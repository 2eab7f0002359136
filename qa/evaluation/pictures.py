"""The two pictures of a report, as PNG; the only importer of matplotlib, and of its object API alone.

No pyplot: it keeps figures in global state, and these are drawn from any thread.
"""

import io
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.refusal import risk_coverage
from qa.evaluation.report import EvalReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MEASURED = "#2563eb"
_IDEAL = "#16a34a"
_QUIET = "#94a3b8"
_INK = "#1e293b"


def risk_coverage_picture(report: EvalReport) -> bytes:
    """Risk against coverage: as measured, in the best possible order, and in an order by chance."""
    confidence = [result.confidence for result in report.questions]
    right = [result.right for result in report.questions]
    coverage, risk = risk_coverage(confidence, right)
    count = np.arange(1, len(right) + 1)
    best = np.maximum(0, count - sum(right)) / count
    figure = _figure(6.4, 4.8)
    axes = figure.subplots()
    area = report.figures["refusal"]["aurc"]
    axes.plot(coverage, risk, color=_MEASURED, lw=2, label=f"measured (area {area:.3f})")
    axes.fill_between(coverage, best, risk, color=_MEASURED, alpha=0.08, lw=0)
    axes.plot(coverage, best, color=_IDEAL, lw=1.4, ls="--", label=f"ideal order (area {best.mean():.3f})")
    axes.axhline(risk[-1], color=_QUIET, lw=1.2, ls=":", label="order by chance")
    answered = np.array([result.answer.answered for result in report.questions])
    if answered.any():
        wrong = float(1 - np.array(right)[answered].mean())
        axes.plot(
            answered.mean(), wrong, "o", color=_INK, ms=7, label=f"threshold {report.threshold:.2f}", zorder=5
        )
    axes.set(
        title="Risk against coverage",
        xlabel="Coverage: share of all questions answered",
        ylabel="Risk: share of wrong answers",
    )
    axes.set_xlim(0, 1.01)
    axes.set_ylim(-0.01, max(0.1, float(risk.max()) * 1.08))
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    _tidy(axes)
    return _png(figure)


def reliability_picture(report: EvalReport) -> bytes:
    """The reliability diagram: share right for each tenth of confidence, and how many questions it holds."""
    bins = report.reliability
    middles = [(b.low + b.high) / 2 for b in bins]
    width = bins[0].high - bins[0].low
    figure = _figure(5.2, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    upper.bar(
        middles, [b.right or 0.0 for b in bins], width * 0.92, color=_MEASURED, alpha=0.85, label="measured"
    )
    upper.plot([0, 1], [0, 1], color=_IDEAL, lw=1.4, ls="--", label="ideal")
    filled = [b for b in bins if b.count]
    upper.plot(
        [b.confidence for b in filled],
        [b.right for b in filled],
        "o",
        color=_INK,
        ms=4,
        label="at its mean confidence",
    )
    error = report.figures["refusal"]["ece"]
    interval = report.intervals["refusal"].get("ece")
    between = f", 95 % {interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
    upper.set(title=f"Reliability (calibration error {error:.3f}{between})", ylabel="Share right")
    upper.set_ylim(0, 1.02)
    lower.bar(middles, [b.count for b in bins], width * 0.92, color=_QUIET)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    lower.set(xlabel="Confidence", ylabel="Questions")
    lower.set_xlim(0, 1)
    lower.set_xticks(np.arange(11) / 10)
    _tidy(upper)
    _tidy(lower)
    return _png(figure)


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _tidy(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_QUIET)
    axes.tick_params(colors=_INK, labelsize=9)
    axes.grid(axis="y", color=_QUIET, alpha=0.25, lw=0.8)
    axes.set_axisbelow(True)
    axes.title.set_fontsize(11)
    axes.title.set_color(_INK)


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    # Without matplotlib's name and version, the same report gives the same bytes.
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
