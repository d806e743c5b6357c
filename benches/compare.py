"""How fast is biaobu, beside the csv crate, DuckDB and pandas? Writes docs/performance.md and its plot.

    python3 benches/compare.py --rows 1000000,3000000,10000000 --repeat 3 --policy tianjin-2021 --year 2022

Builds the programs, generates the files, runs everything in interleaved rounds, and takes medians. DuckDB and pandas
are left out where they are not installed. docs/performance.md explains what is measured; `--help` lists the options.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import performance_report as report

ROOT = Path(__file__).resolve().parent.parent
BENCHES = ROOT / "benches"
SEED = 7
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Contender:
    """One way to compute something from one file."""

    key: str
    threads: int
    command: tuple[str, ...]
    """`{output}` stands for a file to write."""
    grouped: bool = False
    """Reads the file in which the rows of a unit stand together."""
    standard_input: bool = False
    accepted: tuple[int, ...] = (0,)
    """Exit codes that mean success."""

    @property
    def writes_file(self) -> bool:
        return "{output}" in self.command


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    def sizes(text: str) -> list[int]:
        return [] if text == "none" else sorted(int(size) for size in text.replace("_", "").split(","))

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=sizes, default=sizes("1000000,3000000,10000000"), help="sizes of the files")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--policy", default="tianjin-2021")
    parser.add_argument("--year", type=int, default=2022)
    parser.add_argument("--threads", type=sizes, default=[1, 2], help="threads of biaobu; DuckDB gets the most of them")
    for name, what in [
        ("one-thread", "one-thread runs of biaobu (default: the smallest)"),
        ("trace", "ndjson with the full trace (default: the smallest)"),
        ("grouped", "runs over grouped rows (default: all)"),
        ("duckdb", "DuckDB (default: all)"),
        ("pandas", "pandas (default: all)"),
    ]:
        parser.add_argument(f"--{name}-rows", type=sizes, metavar="ROWS", help=f"sizes for {what}; none for no size")
    parser.add_argument("--only", help="keys of contenders, such as csv,summary,itemized")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder in which generated files stay for next time")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds after which a contender has failed")
    parser.add_argument("--biaobu", help="this program instead of the one that is built here")
    parser.add_argument("--json", type=Path, default=ROOT / "target/performance.json", help="all figures")
    parser.add_argument("--document", type=Path, default=ROOT / "docs/performance.md")
    parser.add_argument("--plot", type=Path, default=ROOT / "docs/performance.svg")
    parser.add_argument("--no-document", action="store_true", help="leave document and plot as they are")
    chosen = parser.parse_args()
    smallest = chosen.rows[:1]
    for name in ("one_thread", "trace", "grouped", "duckdb", "pandas"):
        if getattr(chosen, f"{name}_rows") is None:
            setattr(chosen, f"{name}_rows", smallest if name in ("one_thread", "trace") else chosen.rows)
    return chosen


def main() -> None:
    chosen = arguments()
    programs = build(chosen)
    notes = missing_modules()
    with tempfile.TemporaryDirectory(prefix="biaobu-performance-") as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        measured = Measured(Path(scratch), chosen.timeout)
        for rows in chosen.rows:
            contenders = contenders_for(rows, chosen, programs)
            if not contenders:
                continue
            files = {
                grouped: generate(programs, folder, rows, grouped)
                for grouped in sorted({contender.grouped for contender in contenders})
            }
            for file in files.values():
                read_once(file)
            for turn in range(chosen.repeat):
                # There and back: whatever drifts on the machine meets everyone alike.
                for contender in contenders if turn % 2 == 0 else contenders[::-1]:
                    measured.run(contender, rows, files[contender.grouped])
            if rows == min(chosen.trace_rows, default=None):
                for contender in contenders:
                    if contender.key == "trace":
                        measured.hash_standard_output(contender, rows, files[False])
            if not chosen.keep:
                for file in files.values():
                    file.unlink()
    results = {
        "schema": "biaobu.performance/1",
        "measured_on": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions(programs),
        "settings": {
            "policy": chosen.policy,
            "year": chosen.year,
            "rows": chosen.rows,
            "applicants": "rows / 10",
            "seed": SEED,
            "repeat": chosen.repeat,
            "threads": chosen.threads,
        },
        "notes": notes + measured.notes(),
        "runs": measured.runs,
        "hashes": [
            {"contender": key, "rows": rows, "threads": threads, "sha256": digest}
            for (key, rows, threads), digest in measured.hashes.items()
        ],
    }
    results["medians"] = report.medians(measured.runs)
    results["targets"] = report.targets(results)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if not chosen.no_document:
        chosen.plot.write_text(report.plot(results), encoding="utf-8")
        report.update_document(chosen.document, report.markdown(results, chosen.plot.name))
    print(report.markdown(results, None))


# ---------------------------------------------------------------- programs and files


def build(chosen: argparse.Namespace) -> dict[str, str]:
    """Builds what is needed; the paths of the programs."""
    say("building")
    command = ["cargo", "build", "--release", "--quiet", "--example", "portfolio", "--example", "read_csv"]
    subprocess.run(command if chosen.biaobu else command + ["--bin", "biaobu"], cwd=ROOT, check=True)
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    release = Path(json.loads(metadata.stdout)["target_directory"]) / "release"
    return {
        "portfolio": str(release / "examples/portfolio"),
        "read_csv": str(release / "examples/read_csv"),
        "biaobu": chosen.biaobu or str(release / "biaobu"),
    }


def generate(programs: dict[str, str], folder: Path, rows: int, grouped: bool) -> Path:
    """The file of this size, generated unless it is there."""
    file = folder / f"portfolio-seed{SEED}-{rows}{'-sorted' if grouped else ''}.csv"
    if not file.exists():
        say(f"generating {file.name}")
        unfinished = file.with_suffix(".unfinished")
        options = ["--rows", str(rows), "--seed", str(SEED), *(["--sorted"] if grouped else [])]
        subprocess.run([programs["portfolio"], *options, "--output", str(unfinished)], check=True)
        unfinished.rename(file)
    return file


def read_once(file: Path) -> None:
    """Fills the cache of the disk, so that the first contender has no disadvantage."""
    with file.open("rb") as stream:
        while stream.read(MEBIBYTE):
            pass


def missing_modules() -> list[str]:
    missing = [name for name in ("duckdb", "pandas") if not importlib.util.find_spec(name)]
    notes = [f"{name} was not installed and is left out (`pip install {name}`)." for name in missing]
    for note in notes:
        say(note)
    return notes


def contenders_for(rows: int, chosen: argparse.Namespace, programs: dict[str, str]) -> list[Contender]:
    """Everyone who runs at this size."""
    most = max(chosen.threads)
    year = str(chosen.year)
    reader = programs["read_csv"]
    found = [
        Contender("csv", 1, (reader, "{input}")),
        Contender("csv-large", 1, (reader, "{input}", "--buffer", str(MEBIBYTE))),
    ]
    if importlib.util.find_spec("duckdb") and rows in chosen.duckdb_rows:
        script = (sys.executable, str(BENCHES / "duckdb_tianjin.py"), "{input}", "--output", "{output}", "--year", year)
        found.append(Contender("duckdb", most, (*script, "--threads", str(most))))
    if importlib.util.find_spec("pandas") and rows in chosen.pandas_rows:
        script = (sys.executable, str(BENCHES / "pandas_tianjin.py"), "{input}", "--output", "{output}", "--year", year)
        found += [Contender("pandas", 1, script), Contender("pandas-needed", 1, (*script, "--needed-columns"))]
    for threads in chosen.threads:
        if threads == 1 < most and rows not in chosen.one_thread_rows:
            continue

        def biaobu(key: str, *options: str, threads: int = threads, **more: bool) -> Contender:
            start = (programs["biaobu"], "estimate", "-" if more.get("standard_input") else "{input}")
            start += ("--policy", chosen.policy, "--year", year)
            # Exit code 1 says that there is something to look at.
            return Contender(key, threads, (*start, *options, "--threads", str(threads)), accepted=(0, 1), **more)

        summary, itemized = ("--summary", "--format", "csv", "-o", "{output}"), ("--format", "csv", "-o", "{output}")
        found += [biaobu("summary", *summary), biaobu("itemized", *itemized)]
        if rows in chosen.trace_rows:
            found.append(biaobu("trace", "--format", "ndjson", "-o", "-"))
        if rows in chosen.grouped_rows:
            found += [
                biaobu("grouped", "--grouped", *summary, grouped=True),
                biaobu("grouped-itemized", "--grouped", *itemized, grouped=True),
                biaobu("grouped-stdin", "--grouped", *summary, grouped=True, standard_input=True),
            ]
    only = chosen.only.split(",") if chosen.only else None
    return [contender for contender in found if only is None or contender.key in only]


# ---------------------------------------------------------------- running


class Measured:
    """What the runs took, and what they wrote."""

    def __init__(self, scratch: Path, timeout: float) -> None:
        self.scratch = scratch
        self.timeout = timeout
        self.runs: list[dict] = []
        self.hashes: dict[tuple[str, int, int], str] = {}
        self.totals: dict[tuple[int, str], set] = {}
        self.failed: set[tuple[str, int, int]] = set()

    def run(self, contender: Contender, rows: int, file: Path) -> None:
        """Runs a contender once, unless it has failed before."""
        place = (contender.key, rows, contender.threads)
        if place in self.failed:
            return
        output = self.scratch / "output"
        output.unlink(missing_ok=True)
        outcome = self.execute(contender, file, output)
        found = outcome.get("error", "")
        if outcome["status"] == "done":
            found = f"{outcome['seconds']:.2f} s, {outcome['peak_bytes'] / MEBIBYTE:.0f} MiB"
        say(f"{report.size(rows):>5} {contender.key:<17} {contender.threads} thread(s): {found}")
        if outcome["status"] == "failed":
            self.failed.add(place)
        elif contender.writes_file and place not in self.hashes:
            with output.open("rb") as stream:
                self.hashes[place] = sha256(stream)
        output.unlink(missing_ok=True)
        self.runs.append({"contender": contender.key, "rows": rows, "threads": contender.threads, **outcome})

    def execute(self, contender: Contender, file: Path, output: Path) -> dict:
        names = {"{input}": str(file), "{output}": str(output)}
        command = [names.get(word, word) for word in contender.command]
        words = (self.scratch / "stdout", self.scratch / "stderr")
        feeder = None
        # What a contender has to tell about itself is short; the whole trace goes nowhere.
        told = os.devnull if contender.key == "trace" else words[0]
        with open(told, "wb") as out, open(words[1], "wb") as err:
            source = subprocess.DEVNULL
            if contender.standard_input:
                feeder = subprocess.Popen(["cat", str(file)], stdout=subprocess.PIPE)
                source = feeder.stdout
            start = time.perf_counter()
            try:
                process = subprocess.Popen(command, stdin=source, stdout=out, stderr=err)
            except OSError as error:
                return {"status": "failed", "error": str(error)}
            finally:
                if feeder:
                    feeder.stdout.close()
            clock = threading.Timer(self.timeout, process.kill)
            clock.start()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            clock.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        if feeder:
            feeder.wait()
        if process.returncode not in contender.accepted or (contender.writes_file and not output.exists()):
            told = words[1].read_text(encoding="utf-8", errors="replace").strip().splitlines()
            error = " / ".join([line for line in told if line.strip()][:2]) or "no output"
            # What others read should not name folders of this machine.
            error = error.replace(str(file), file.name).replace(str(output), output.name)
            if seconds >= self.timeout:
                error = f"stopped after {self.timeout:g} s"
            return {"status": "failed", "exit_code": process.returncode, "error": error[:400]}
        if contender.key in ("duckdb", "pandas", "pandas-needed"):
            found = json.loads(words[0].read_text())
            self.totals.setdefault((file.stat().st_size, "totals"), set()).add((found["applicants"], found["total"]))
        # Kilobytes on Linux, bytes on macOS.
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        processor = usage.ru_utime + usage.ru_stime
        return {"status": "done", "seconds": seconds, "peak_bytes": peak, "processor_seconds": processor}

    def hash_standard_output(self, contender: Contender, rows: int, file: Path) -> None:
        """Runs once more, not timed, to see whether threads change the result."""
        if (contender.key, rows, contender.threads) in self.failed:
            return
        command = [str(file) if word == "{input}" else word for word in contender.command]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            self.hashes[contender.key, rows, contender.threads] = sha256(process.stdout)

    def notes(self) -> list[str]:
        notes = []
        if any(len(totals) > 1 for totals in self.totals.values()):
            notes.append("DuckDB and pandas disagree about the totals.")
        return notes


def sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(MEBIBYTE):
        digest.update(piece)
    return digest.hexdigest()


# ---------------------------------------------------------------- machine and versions


def machine() -> dict[str, str | int]:
    def first(path: str, pattern: str) -> str:
        try:
            found = re.search(pattern, Path(path).read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        except OSError:
            return ""
        return found[1].strip() if found else ""

    kibibytes = first("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    return {
        "cpu": first("/proc/cpuinfo", r"^model name\s*:(.*)$") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "memory_gib": round(int(kibibytes) / (1 << 20), 1) if kibibytes else 0,
        "kernel": f"{platform.system()} {platform.release()}",
    }


def versions(programs: dict[str, str]) -> dict[str, str]:
    def told_by(*command: str) -> str:
        try:
            told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        except OSError:
            return "unknown"
        words = told.stdout.split()
        return words[1] if len(words) > 1 else "unknown"

    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    csv = re.search(r'name = "csv"\nversion = "(.*)"', lock)
    found = {
        "biaobu": told_by(programs["biaobu"], "--version"),
        "rustc": told_by("rustc", "--version"),
        "csv crate": csv[1] if csv else "unknown",
        "Python": platform.python_version(),
    }
    for module, name in [("duckdb", "DuckDB"), ("pandas", "pandas")]:
        if importlib.util.find_spec(module):
            found[name] = importlib.metadata.version(module)
    return found


if __name__ == "__main__":
    main()
