"""What compare.py found, as a table, as targets met or missed, and as a plot."""

from __future__ import annotations

import html
import statistics
from pathlib import Path

BEGIN, END = "<!-- results: begin, written by benches/compare.py -->", "<!-- results: end -->"

NAMES = {
    "csv": "csv crate, default buffer",
    "csv-large": "csv crate, 1 MiB buffer",
    "duckdb": "DuckDB, one article",
    "pandas": "pandas, one article",
    "pandas-needed": "pandas, six columns only",
    "summary": "biaobu, summary",
    "itemized": "biaobu, itemized CSV",
    "trace": "biaobu, ndjson with trace",
    "grouped": "biaobu, grouped, summary",
    "grouped-itemized": "biaobu, grouped, itemized",
    "grouped-stdin": "biaobu, grouped, from a pipe",
}
YARDSTICKS = ("csv", "csv-large")
UNSORTED = ("summary", "itemized", "trace")
GROUPED = ("grouped", "grouped-itemized", "grouped-stdin")
MEBIBYTE = 1 << 20


def size(rows: int) -> str:
    return f"{rows / 1e6:g}M" if rows >= 1_000_000 else f"{rows / 1000:g}k"


def medians(runs: list[dict]) -> list[dict]:
    """One line per contender, size and number of threads, in the order of the runs."""
    groups: dict[tuple, list[dict]] = {}
    for run in runs:
        groups.setdefault((run["rows"], run["contender"], run["threads"]), []).append(run)
    lines = []
    for (rows, contender, threads), group in groups.items():
        line = {"contender": contender, "rows": rows, "threads": threads}
        failed = next((run for run in group if run["status"] == "failed"), None)
        if failed:
            line |= {"status": "failed", "error": failed["error"]}
        else:
            times = [run["seconds"] for run in group]
            seconds = statistics.median(times)
            line |= {
                "status": "done",
                "seconds": seconds,
                "spread": (max(times) - min(times)) / seconds,
                "rows_per_second": rows / seconds,
                "peak_bytes": max(run["peak_bytes"] for run in group),
            }
        lines.append(line)
    for line in lines:
        yardstick = yardstick_of(lines, line["rows"])
        if yardstick and line["status"] == "done":
            line["ratio"] = line["rows_per_second"] / yardstick
    lines.sort(key=lambda line: (line["rows"], list(NAMES).index(line["contender"]), line["threads"]))
    return lines


def yardstick_of(lines: list[dict], rows: int) -> float | None:
    """Rows per second of (a): the faster of the two buffers counts."""
    read = [l for l in lines if l["contender"] in YARDSTICKS and l["rows"] == rows and l["status"] == "done"]
    return max((line["rows_per_second"] for line in read), default=None)


# ---------------------------------------------------------------- targets


def targets(results: dict) -> list[dict]:
    """Every target, what was measured at each size, and whether it is met; `None` where nothing was measured."""
    lines = [line for line in results["medians"] if line["status"] == "done"]
    most = max(results["settings"]["threads"])

    def speed(contender: str, rows: int, threads: int = most) -> float | None:
        place = (contender, rows, threads)
        found = [l["rows_per_second"] for l in lines if (l["contender"], l["rows"], l["threads"]) == place]
        return found[0] if found else None

    def over(one: float | None, other: float | None) -> float | None:
        return one / other if one and other else None

    sizes = sorted({line["rows"] for line in lines})
    found = []

    def target(name: str, limit: float, values: dict[str, float | None], at_most: bool = False, unit: str = "") -> None:
        known = {where: value for where, value in values.items() if value is not None}
        met = all(value <= limit if at_most else value >= limit for value in known.values()) if known else None
        found.append({"target": name, "limit": limit, "at_most": at_most, "unit": unit, "measured": known, "met": met})

    for contender, limit in [("summary", 1.0), ("itemized", 0.5), ("trace", 0.15)]:
        values = {size(rows): over(speed(contender, rows), yardstick_of(lines, rows)) for rows in sizes}
        target(f"{NAMES[contender]}, {most} threads, beside (a)", limit, values)
    for pandas in ("pandas", "pandas-needed"):
        values = {}
        for rows in sizes:
            ratios = [over(speed(contender, rows), speed(pandas, rows, 1)) for contender in UNSORTED]
            values[size(rows)] = min((ratio for ratio in ratios if ratio), default=None)
        target(f"the slowest of biaobu, {most} threads, beside {NAMES[pandas]}", 10, values)
    values = {size(rows): over(speed("summary", rows), speed("duckdb", rows)) for rows in sizes}
    target(f"{NAMES['summary']}, beside DuckDB, both {most} threads", 1.0, values)
    if len(sizes) > 1:
        least, greatest = sizes[0], sizes[-1]
        values = {
            NAMES[contender]: over(over(greatest, speed(contender, greatest)), over(least, speed(contender, least)))
            for contender in ("summary", "itemized")
        }
        # 11.5 where the greatest file has ten times the rows of the smallest.
        target(f"time for {size(greatest)} rows, beside {size(least)}", 1.15 * greatest / least, values, at_most=True)
    if most > 1:
        for contender in UNSORTED:
            values = {size(rows): over(speed(contender, rows), speed(contender, rows, 1)) for rows in sizes}
            target(f"{NAMES[contender]}, {most} threads beside one", 1.7 if most == 2 else 0.85 * most, values)
    for contenders, limit in [(UNSORTED, 2560), (GROUPED, 256)]:
        values = {}
        for rows in sizes:
            peaks = [l["peak_bytes"] / MEBIBYTE for l in lines if l["contender"] in contenders and l["rows"] == rows]
            values[size(rows)] = max(peaks, default=None)
        kind = "grouped rows" if contenders is GROUPED else "rows in any order"
        target(f"peak memory, {kind}", limit, values, at_most=True, unit=" MiB")
    found.append(identical(results["hashes"]))
    return found


def identical(hashes: list[dict]) -> dict:
    """The same bytes, whatever the number of threads."""
    outputs: dict[tuple[str, int], dict[int, str]] = {}
    for entry in hashes:
        if entry["contender"] in UNSORTED + GROUPED:
            outputs.setdefault((entry["contender"], entry["rows"]), {})[entry["threads"]] = entry["sha256"]
    compared = {place: digests for place, digests in outputs.items() if len(digests) > 1}
    measured = {
        f"{NAMES[contender]}, {size(rows)}": "same" if len(set(digests.values())) == 1 else "different"
        for (contender, rows), digests in compared.items()
    }
    met = all(value == "same" for value in measured.values()) if measured else None
    return {"target": "the same bytes with any number of threads", "measured": measured, "met": met}


# ---------------------------------------------------------------- Markdown


def markdown(results: dict, plot_name: str | None) -> str:
    machine, settings = results["machine"], results["settings"]
    told = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    parts = [
        f"Measured on {results['measured_on']}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['kernel']}. {told}. Policy `{settings['policy']}`, year {settings['year']}, "
        f"median of {settings['repeat']} rounds.",
    ]
    parts += results["notes"]
    if plot_name:
        parts.append(f"![Rows per second of each contender]({plot_name})")
    table = [
        "| contender | rows | threads | seconds | spread | rows/s | ratio to (a) | peak MiB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for line in results["medians"]:
        start = f"| {NAMES[line['contender']]} | {size(line['rows'])} | {line['threads']} |"
        if line["status"] == "failed":
            error = " ".join(line["error"].replace("|", "\\|").split())
            table.append(f"{start} failed: {error} | | | | |")
            continue
        ratio = f"{line['ratio']:.2f}" if "ratio" in line else ""
        table.append(
            f"{start} {line['seconds']:.2f} | {line['spread']:.0%} | {line['rows_per_second']:,.0f} | {ratio} "
            f"| {line['peak_bytes'] / MEBIBYTE:,.0f} |"
        )
    parts.append("\n".join(table))
    table = ["| target | limit | measured | |", "|---|---:|---|---|"]
    for target in results["targets"]:
        word = {True: "met", False: "**missed**", None: "not measured"}[target["met"]]
        limit = f"{'≤' if target['at_most'] else '≥'} {target['limit']:g}{target['unit']}" if "limit" in target else ""
        measured = "; ".join(
            f"{where}: {value if isinstance(value, str) else format(value, ',.0f' if target['unit'] else '.2f')}"
            for where, value in target["measured"].items()
        )
        table.append(f"| {target['target']} | {limit} | {measured} | {word} |")
    parts.append("\n".join(table))
    return "\n\n".join(parts) + "\n"


def update_document(document: Path, section: str) -> None:
    """Puts the section between the two marks."""
    text = document.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise SystemExit(f"{document.name} lacks the marks between which results stand:\n{BEGIN}\n{END}")
    document.write_text(f"{before}{BEGIN}\n\n{section}\n{END}{after}", encoding="utf-8")


# ---------------------------------------------------------------- plot

WIDTH, LEFT, RIGHT, TOP = 920, 250, 90, 84
BAR, GAP = 13, 12
SHADES = ["#9ecae1", "#4292c6", "#08519c", "#08306b"]
OTHERS = ["#cccccc", "#969696", "#636363", "#252525"]


def plot(results: dict) -> str:
    """Bars of rows per second: one group per contender, one bar per size. Equal bars mean linear time."""
    lines = [line for line in results["medians"] if line["status"] == "done"]
    sizes = sorted({line["rows"] for line in lines})
    groups: dict[tuple[str, int], list[dict]] = {}
    for key in NAMES:
        for threads in sorted({line["threads"] for line in lines if line["contender"] == key}):
            groups[key, threads] = [l for l in lines if (l["contender"], l["threads"]) == (key, threads)]
    fastest = max((line["rows_per_second"] for line in lines), default=1.0)
    step = next(step for power in range(3, 12) for digit in (1, 2, 5) if fastest / (step := digit * 10**power) <= 7)
    scale = (WIDTH - LEFT - RIGHT) / fastest
    height = TOP + sum(len(group) * BAR + GAP for group in groups.values()) + 34
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]

    def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222222", more: str = "") -> None:
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
        svg.append(f"<text {place}{more}>{html.escape(words)}</text>")

    settings = results["settings"]
    title = f"Million rows per second, {settings['policy']}, {settings['year']}"
    text(16, 24, title, more=' font-size="16" font-weight="bold"')
    x = 16
    for index, rows in enumerate(sizes):
        for shades in (OTHERS, SHADES):
            svg.append(f'<rect x="{x}" y="38" width="14" height="12" fill="{shades[index % len(shades)]}"/>')
            x += 16
        text(x + 3, 48.5, f"{size(rows)} rows")
        x += 90
    dashes = 'stroke="#d62728" stroke-width="1.5" stroke-dasharray="5 3"'
    svg.append(f'<line x1="{x}" x2="{x + 26}" y1="44" y2="44" {dashes}/>')
    text(x + 32, 48.5, f"(a), the csv crate merely reading, {size(sizes[-1])} rows" if sizes else "no figures")
    bottom = height - 34
    for tick in range(int(fastest // step) + 1):
        at = LEFT + tick * step * scale
        svg.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 14}" y2="{bottom}" stroke="#e5e5e5"/>')
        text(at, bottom + 16, f"{tick * step / 1e6:g}", "middle", "#555555")
    yardstick = yardstick_of(lines, sizes[-1]) if sizes else None
    if yardstick:
        at = LEFT + yardstick * scale
        svg.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 14}" y2="{bottom}" {dashes}/>')
    y = TOP - 4
    for (key, threads), group in groups.items():
        middle = y + len(group) * BAR / 2 + 4
        name = f"{NAMES[key]} · {threads} thread{'s' if threads > 1 else ''}"
        text(LEFT - 8, middle, name, "end")
        for line in group:
            shades = SHADES if key in UNSORTED + GROUPED else OTHERS
            colour = shades[sizes.index(line["rows"]) % len(shades)]
            length = line["rows_per_second"] * scale
            svg.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}" fill="{colour}"/>')
            # A white rim keeps the figure legible where a line runs behind it.
            rim = ' font-size="11" stroke="#ffffff" stroke-width="3" paint-order="stroke"'
            text(LEFT + length + 4, y + BAR - 3, f"{line['rows_per_second'] / 1e6:.2f}", colour="#444444", more=rim)
            y += BAR
        y += GAP
    svg.append("</svg>")
    return "\n".join(svg) + "\n"
