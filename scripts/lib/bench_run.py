"""One run of scripts/bench: judges bars, writes tables; and what its sections share."""

import contextlib

from bench_measure import Command, Spread, output_of, peak_rss_bytes, ratios, start_and_wait, take_turns
from bench_table import mebibytes, table, time_text

DYNAMIC = "build/default/"
STATIC = "build/static/"
BUILDS = (("dynamic", DYNAMIC), ("static", STATIC))
HELPERS = "tests/bench/"
PEAK_RSS = STATIC + HELPERS + "peak_rss"


class Run:
    """One run of the bench: its sections, and how many bars were met."""

    def __init__(self, pairs):
        self.pairs = pairs
        self.text = ""
        self.bars = 0
        self.missed = []
        self.readme = []  # rows of README.md's table

    def write(self, text):
        self.text += text
        print(text, end="", flush=True)

    def judge(self, what, spread, bar):
        if bar is None:
            return "-"
        verdict = spread.verdict(bar)
        self.bars += 1
        if verdict == "MISSED":
            self.missed.append(what)
        return verdict

    def compare(self, commands, comparisons):
        """Runs the commands in turns; comparisons are (command, other, bar or None). What was measured: seconds of each
        command by round, and its peak of memory."""
        seconds = take_turns(commands, self.pairs)
        rows = []
        for command, other, bar in comparisons:
            spread = ratios(seconds, command, other)
            rows.append([command.name, other.name, f"{spread.median:.2f}", f"{spread.low:.2f} to {spread.high:.2f}"])
            rows[-1] += [f"{bar:.2f}" if bar else "-", self.judge(f"{command.name} against {other.name}", spread, bar)]
        self.write(table(["Command", "Against", "Ratio", "Middle half", "Bar", "Verdict"], rows, left=2) + "\n")
        peaks = {command: peak_rss_bytes(command, PEAK_RSS) for command in commands}
        rows = []
        for command in commands:
            spread = Spread.of(seconds[command])
            rows.append([command.name, time_text(spread.median)])
            rows[-1] += [f"{time_text(spread.low)} to {time_text(spread.high)}", mebibytes(peaks[command])]
        self.write(table(["Command", "Wall time", "Middle half", "Peak RSS"], rows) + "\n")
        return seconds, peaks

    def show_in_readme(self, measured, command, peer, on=""):
        """A row of README.md's table: the command, beside what is used today."""
        seconds, peaks = measured
        name = command.name.replace(" (static)", "")
        row = [f"`{name}`{on}", "`" + peer.name.replace("|", "\\|") + "`"]
        row += [time_text(Spread.of(seconds[one]).median) for one in (command, peer)]
        row += [f"{ratios(seconds, command, peer).median:.2f}"]
        self.readme.append([*row, *(mebibytes(peaks[one]) for one in (command, peer))])


def memkit(*words):
    """The same command line with both builds, and the name they go by."""
    name = " ".join(("memkit", *words))
    return [Command(f"{name} ({how})", (where + "memkit", *words)) for how, where in BUILDS]


def floor(name, like):
    """The floor that writes as much as `like` does, in both builds."""
    size = str(len(output_of(like.argv)))
    return [Command(f"floor ({how})", (where + HELPERS + name, size)) for how, where in BUILDS]


@contextlib.contextmanager
def population(argv, count=1):
    """Processes that are there while the block runs."""
    started = []
    try:
        for _ in range(count):
            started.append(start_and_wait(argv))
        yield
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def judge_peak(run, command, name, bar_mib):
    peak = peak_rss_bytes(command, PEAK_RSS)
    run.write(f"Peak RSS of {command.name}: {mebibytes(peak)}, bar {bar_mib} MiB: ")
    run.write(run.judge(f"peak RSS of {command.name} on {name}", Spread(peak, peak, peak), bar_mib << 20) + ".\n\n")
