"""Measures commands: batches under hyperfine that take turns, peak memory, parsers, statistics. See scripts/bench."""

import json
import resource
import shlex
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

BATCH_SECONDS = 0.1  # a command of a millisecond runs a hundred times for one measurement
MOST_RUNS = 200
NOISE_ALLOWED = 1.15  # a bar missed by less counts as missed only where the middle half lies beyond it as a whole


@dataclass(frozen=True)
class Command:
    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """A median, and the first and third quartile around it."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return Spread(median, low, high)

    def verdict(self, bar):
        if self.median <= bar:
            return "met"
        if self.median < bar * NOISE_ALLOWED and self.low <= bar:
            return "met within noise"
        return "MISSED"


def output_of(argv):
    quiet = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, **quiet).stdout


def start_and_wait(argv):
    """A program that runs beside what is measured, once it has written its first line."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def cpu_share_of_user(argv, times=9):
    """The spread of user time / all CPU time, in per cent, over several runs."""
    shares = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output_of(argv)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        user = after.ru_utime - before.ru_utime
        shares.append(100 * user / (user + after.ru_stime - before.ru_stime))
    return Spread.of(shares)


def batch_seconds(command, runs):
    """The median wall time of `runs` runs, started without a shell, their output thrown away."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        subprocess.run(
            ["hyperfine", "-N", "--style", "none", "--warmup", "1", "--runs", str(runs)]
            + ["--export-json", result.name, shlex.join(command.argv)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        return json.load(result)["results"][0]["median"]


def take_turns(commands, pairs):
    """Seconds of each command, one figure a round. In a round each command runs one batch; every other round goes
    backwards, so that a machine that grows slower or faster weighs on all alike."""
    runs = {}
    for command in commands:
        estimate = batch_seconds(command, 3)
        runs[command] = max(2, min(MOST_RUNS, round(BATCH_SECONDS / estimate)))
    seconds = {command: [] for command in commands}
    for turn in range(pairs):
        for command in commands if turn % 2 == 0 else reversed(commands):
            seconds[command].append(batch_seconds(command, runs[command]))
    return seconds


def ratios(seconds, command, other):
    return Spread.of([a / b for a, b in zip(seconds[command], seconds[other])])


def peak_rss_bytes(command, helper, times=5):
    """The median of the peaks of `times` runs."""
    return statistics.median(int(output_of([helper, *command.argv])) * 1024 for _ in range(times))


def stripped_bytes(program):
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, program], check=True)
        return Path(stripped.name).stat().st_size


def google_benchmark(program, repetitions):
    """Of each benchmark of the program its name, CPU seconds a call and bytes a second. The repetitions of different
    benchmarks are mixed."""
    report = json.loads(
        output_of(
            [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}"]
            + ["--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.05"]
        )
    )
    units = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}
    times, speeds = {}, {}
    for run in report["benchmarks"]:
        if run["run_type"] == "iteration":
            times.setdefault(run["run_name"], []).append(run["cpu_time"] * units[run["time_unit"]])
            speeds.setdefault(run["run_name"], []).append(run["bytes_per_second"])
    return [(name, (Spread.of(times[name]), statistics.median(speeds[name]))) for name in sorted(times)]
