"""The measurements of scripts/bench: what is compared with what, under which bars. Run that, not this."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import bench_logs
from bench_measure import BATCH_SECONDS, Command, Spread, start_and_wait
from bench_measure import cpu_share_of_user, google_benchmark, output_of, peak_rss_bytes, stripped_bytes, take_turns
from bench_run import BUILDS, DYNAMIC, HELPERS, PEAK_RSS, STATIC, Run, floor, judge_peak, memkit, population
from bench_table import circumstances, mebibytes, put_into_readme, readme_table, table, time_text

ENOUGH_PAIRS = 15


def bench_free(run):
    run.write(
        "## free\n\nStart to end, against procps's `free`. The floor is a C program that opens, reads and closes"
        "\n/proc/meminfo and writes as many bytes.\n\n"
    )
    dynamic, static = memkit("free")
    floor_dynamic, floor_static = floor("free_floor", dynamic)
    peer = Command("free", ("free",))
    again = Command(static.name + " again", static.argv)
    measured = run.compare(
        [peer, dynamic, static, floor_dynamic, floor_static, again],
        [
            (static, peer, 1.0),
            (dynamic, peer, 1.5),
            (static, floor_static, None),
            (dynamic, floor_dynamic, None),
            (floor_dynamic, peer, None),
            (again, static, None),
        ],
    )
    run.show_in_readme(measured, static, peer)


def bench_size(run):
    run.write("## size\n\nBytes of the stripped program.\n\n")
    rows = []
    for (how, where), bar in zip(BUILDS, (1_500_000, 4_000_000)):
        size = stripped_bytes(where + "memkit")
        verdict = run.judge(f"size ({how})", Spread(size, size, size), bar)
        rows.append([f"memkit ({how})", f"{size:,}", f"{bar:,}", verdict])
    run.write(table(["Program", "Bytes", "Bar", "Verdict"], rows) + "\n")


def bench_parse(run):
    run.write("## parse\n\nCPU time of parsing one file of a captured machine (Google Benchmark).\n\n")
    bars = {"meminfo": 10e-6, "vmstat": 10e-6}
    rows = []
    for name, (spread, speed) in google_benchmark(DYNAMIC + HELPERS + "memkit_bench", run.pairs):
        bar = bars.get(name)
        rows.append([name, time_text(spread.median), f"{time_text(spread.low)} to {time_text(spread.high)}"])
        rows[-1] += [f"{speed / 1e6:,.0f} MB/s", time_text(bar) if bar else "-"]
        rows[-1] += [run.judge("parse " + name, spread, bar)]
    run.write(table(["File", "Time", "Middle half", "Speed", "Bar", "Verdict"], rows) + "\n")


POPULATIONS = {
    "forked": "1,000 children of one parent, 30 MB shared, 2 MB of their own",
    "log-normal": "1,000 programs, median 3 MB, sigma 1, at most 200 MB",
    "equal": "1,000 programs of 5 MB",
}
SCAN = ("smem", "-s", "pss")
TOP = ("smem", "-rs", "pss", "--top", "10")


def smem_scan(run, name):
    """The full scan, in one thread and in two, against floors and peers; --top; --no-walk."""
    dynamic, static = memkit(*SCAN, "--jobs", "1")
    two_dynamic, two_static = memkit(*SCAN, "--jobs", "2")
    _, as_typed = memkit(*SCAN)
    _, top = memkit(*TOP, "--jobs", "1")
    _, quick = memkit("smem", "--no-walk", "--jobs", "1")
    size = str(len(output_of(static.argv)))
    floor_program = STATIC + HELPERS + "smem_floor"
    floor_one = Command("floor, one thread", (floor_program, size, "1"))
    floor_two = Command("floor, two threads", (floor_program, size, "2"))
    floor_quick = Command("floor of --no-walk", (floor_program, size, "1", "status", "cmdline"))
    peers = [Command("smem -s pss", ("smem", "-s", "pss")), Command("smemstat", ("smemstat",))]
    measured = run.compare(
        [dynamic, static, two_dynamic, two_static, as_typed, top, quick, floor_one, floor_two, floor_quick, *peers],
        [
            (static, floor_one, 1.15),
            (dynamic, floor_one, None),
            (two_static, floor_two, 1.15),
            (two_static, static, 0.65),
            (as_typed, peers[0], 1 / 6),
            (as_typed, peers[1], 1 / 2.5),
            (floor_two, peers[0], None),
            (floor_two, peers[1], None),
            (top, static, 0.30 if name == "log-normal" else 1.05),
            (quick, floor_quick, 1.4),
        ],
    )
    if name == "log-normal":
        for peer in peers:
            run.show_in_readme(measured, as_typed, peer, ", 1,000 processes")
    share = cpu_share_of_user(static.argv)
    run.write(f"User time of {static.name}: {share.median:.1f} % of its CPU time, bar 10 %: ")
    run.write(run.judge(f"user time on {name}", share, 10) + ".\n")
    judge_peak(run, static, name, 8)


def bench_smem(run):
    run.write(
        "## smem\n\nOn populations that are started for it. The floors are C programs that list /proc, read the files"
        "\nof each process that memkit reads, in as many threads, and write as many bytes.\n\n"
    )
    for name, what in POPULATIONS.items():
        run.write(f"### {name}: {what}\n\n")
        with population([STATIC + HELPERS + "population", name, "1000"]):
            smem_scan(run, name)
    run.write("### python: 100 interpreters, with large smaps\n\n")
    modules = "json, http.server, xml.dom.minidom, sqlite3, ssl, decimal, multiprocessing"
    code = f"import {modules}, time; print(flush=True); time.sleep(86400)"
    with population([sys.executable, "-c", code], 100):
        _, mappings = memkit("smem", "-m", "--jobs", "1")
        size = str(len(output_of(mappings.argv)))
        floor_program = Command("floor of -m", (STATIC + HELPERS + "smem_floor", size, "1", "smaps"))
        run.compare([mappings, floor_program], [(mappings, floor_program, 1.15)])
        share = cpu_share_of_user(mappings.argv)
        run.write(f"User time of {mappings.name}: {share.median:.1f} % of its CPU time, bar 10 %: ")
        run.write(run.judge("user time of -m", share, 10) + ".\n")
        judge_peak(run, mappings, "python", 24)


def bench_slab(run):
    run.write(
        "## slab\n\nslabtop's columns, against slabtop itself; and the usual output, with its judgement. Both need root."
        "\n\n"
    )
    if os.geteuid() != 0:
        run.write("Not measured: not root.\n\n")
        return
    dynamic, static = memkit("slab", "-o")
    judged, _ = memkit("slab")
    peer = Command("slabtop -o", ("slabtop", "-o"))
    comparisons = [(dynamic, peer, 1.0), (static, peer, 1.0), (judged, peer, None)]
    run.show_in_readme(run.compare([peer, dynamic, static, judged], comparisons), static, peer)


def bench_psi(run):
    run.write("## psi\n\nStart to end, against `cat` on the one file that it reads.\n\n")
    if not os.access("/proc/pressure/memory", os.R_OK):
        run.write("Not measured: this kernel keeps no pressure.\n\n")
        return
    dynamic, static = memkit("psi")
    peer = Command("cat /proc/pressure/memory", ("cat", "/proc/pressure/memory"))
    measured = run.compare([dynamic, static, peer], [(static, peer, 1.6), (dynamic, peer, 3.0)])
    run.show_in_readme(measured, static, peer)


CGROUP_TREES = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")


@contextlib.contextmanager
def many_cgroups(count):
    """The top of `count` empty cgroups of v2, in fifties; they are removed at the end."""
    tree = next(Path(place) for place in CGROUP_TREES if Path(place, "memory.pressure").exists())
    top = tree / f"memkit-bench-{os.getpid()}"
    made = []

    def make(directory):
        directory.mkdir()
        made.append(directory)

    try:
        make(top)
        while len(made) < count:
            parent = top / f"{len(made)}.slice"
            make(parent)
            for i in range(min(49, count - len(made))):
                make(parent / f"{i}.service")
        yield top
    finally:
        for directory in reversed(made):
            directory.rmdir()


def bench_psi_by_cgroup(run):
    count, most = 5000, 8 << 20
    run.write(
        f"## psi-by-cgroup\n\n{count:,} cgroups. The floor is a C program that reads the same file of each and writes as"
        "\nmany bytes.\n\n"
    )
    if not any(os.access(f"{place}/memory.pressure", os.R_OK | os.W_OK) for place in CGROUP_TREES):
        run.write("Not measured: no cgroup with pressure can be made here.\n\n")
        return
    with many_cgroups(count) as top:
        comparisons, rows = [], []
        words = ("psi", "--by", "cgroup", "--all", f"--cgroup=/{top.name}")
        for command, (how, where) in zip(memkit(*words), BUILDS):
            named = Command(f"memkit psi --by cgroup --all ({how})", command.argv)
            size = str(len(output_of(command.argv)))
            least = Command(f"floor ({how})", (where + HELPERS + "cgroup_floor", str(top), size))
            comparisons.append((named, least, 2.5))
            peak = peak_rss_bytes(command, PEAK_RSS)
            verdict = run.judge("peak RSS of " + named.name, Spread(peak, peak, peak), most)
            rows.append([named.name, mebibytes(peak), mebibytes(most), verdict])
        run.compare([command for pair in comparisons for command in pair[:2]], comparisons)
        run.write(table(["Command", "Peak RSS", "Bar", "Verdict"], rows) + "\n")


def bench_report(run):
    run.write("## report\n\nThe whole report at 1,000 processes, against the table of processes alone.\n\n")
    with population([STATIC + HELPERS + "population", "log-normal", "1000"]):
        dynamic, static = memkit("report", "--json")
        _, brief = memkit("report", "--json", "--top", "1")
        _, table_alone = memkit("smem")
        peer = Command("smem -s pss", ("smem", "-s", "pss"))
        measured = run.compare(
            [dynamic, static, brief, table_alone, peer],
            [(static, table_alone, 1.15), (brief, table_alone, None), (dynamic, peer, None), (static, peer, None)],
        )
        run.show_in_readme(measured, static, peer, ", 1,000 processes")
        judge_peak(run, static, "log-normal", 10)


def bench_kernel_log(run):
    run.write(
        "## oom\n\nLogs made of a real event: a syslog of 1 GB with 100 of them scattered in it; and one event of 2 MB"
        "\nbehind the other.\n\n"
    )
    with tempfile.TemporaryDirectory(dir="build") as folder:
        log, packed = f"{folder}/syslog", f"{folder}/dense"
        bench_logs.scattered(log)
        size = bench_logs.dense(packed)
        _, static = memkit("oom", "--json", "--log", log)
        static = Command("memkit oom --json --log SYSLOG (static)", static.argv)
        stream = Command("memkit oom --json --log - <SYSLOG", ("sh", "-c", f"{STATIC}memkit oom --json --log - <{log}"))
        peer = Command("grep -F oom-kill SYSLOG | cat", ("sh", "-c", f"grep -F oom-kill {log} | cat"))
        measured = run.compare([static, stream, peer], [(static, peer, 1.5), (stream, peer, 1.5)])
        run.show_in_readme(measured, static, peer, ", 1 GB")
        judge_peak(run, static, "SYSLOG", 16)
        _, dense = memkit("oom", "--summary", "--log", packed)
        seconds = take_turns([dense], run.pairs)[dense]
        rate = Spread.of([size / 1e6 / one for one in seconds])
        share = Spread.of([one * 150e6 / size for one in seconds])
        run.write(f"One event behind the other: {rate.median:.0f} MB/s ({rate.low:.0f} to {rate.high:.0f}), bar 150: ")
        run.write(run.judge("dense log", share, 1) + ".\n\n")


def bench_pmap(run):
    run.write(
        "## pmap\n\nOf a process with 65,000 mappings, and of an ordinary one (`sleep`). The floor is a C program that"
        "\nreads smaps and nothing else.\n\n"
    )
    many = start_and_wait((DYNAMIC + HELPERS + "many_mappings", "65000"))
    few = start_and_wait(("sh", "-c", "echo; exec sleep 1000000"))
    try:
        pid = str(many.pid)
        name, words = "memkit pmap -x PID", ("pmap", "-x", pid)
        dynamic, static = (Command(f"{name} ({how})", (where + "memkit", *words)) for how, where in BUILDS)
        floor_of_many = Command("floor", (DYNAMIC + HELPERS + "pmap_floor", pid))
        peer = Command("pmap -x", ("pmap", "-x", pid))
        measured = run.compare(
            [dynamic, static, floor_of_many, peer],
            [
                (dynamic, floor_of_many, 1.15),
                (static, floor_of_many, 1.15),
                (dynamic, peer, 0.8),
                (static, peer, 0.8),
            ],
        )
        run.show_in_readme(measured, static, peer, ", 65,000 mappings")
        for command in (dynamic, static):
            peak = peak_rss_bytes(command, PEAK_RSS)
            run.write(f"Peak RSS of {command.name}: {mebibytes(peak)}, bar 8 MiB: ")
            run.write(run.judge(f"peak RSS of {command.name}", Spread(peak, peak, peak), 8 << 20) + ".\n")
        run.write("\n")
        dynamic, static = memkit("pmap", "-x", str(few.pid))
        peer = Command("pmap -x", ("pmap", "-x", str(few.pid)))
        run.compare([dynamic, static, peer], [(dynamic, peer, 1.2), (static, peer, 1.2)])
    finally:
        for process in (many, few):
            process.kill()
            process.wait()


SECTIONS = {
    "free": bench_free,
    "size": bench_size,
    "parse": bench_parse,
    "smem": bench_smem,
    "slab": bench_slab,
    "psi": bench_psi,
    "psi-by-cgroup": bench_psi_by_cgroup,
    "pmap": bench_pmap,
    "oom": bench_kernel_log,
    "report": bench_report,
}

METHOD = """\
# Benchmarks

Written by `scripts/bench` from one run; nothing here is typed by hand. Wall times are those of whole commands, start
of the process included, under hyperfine without a shell, output thrown away. The commands of a table take turns: in
each of {pairs} rounds every command runs one batch (about {batch_runs} runs of a command of a millisecond), every
other round backwards. A batch counts with its median; a ratio is formed within each round. Shown are the median of
the ratios and their middle half (interquartile range). A bar that is missed by under 15 % counts as missed only if the
middle half lies beyond it. Ratios without a bar, times and memory are for information. *dynamic* and *static* are the
CMake presets default and static.

{facts}
"""


def main(names, pairs):
    run = Run(pairs)
    facts = circumstances(DYNAMIC + "memkit")
    run.write(facts + "\n")
    run.text = ""
    for name, section in SECTIONS.items():
        if not names or name in names:
            section(run)
    summary = f"{run.bars - len(run.missed)} of {run.bars} bars met"
    summary += ": missed " + ", ".join(run.missed) + ".\n" if run.missed else ".\n"
    print(summary, end="")
    if not names and pairs >= ENOUGH_PAIRS:
        method = METHOD.format(pairs=pairs, batch_runs=round(BATCH_SECONDS / 1e-3), facts=facts)
        Path("BENCHMARKS.md").write_text(method + run.text + summary)
        put_into_readme(readme_table(run.readme, facts, pairs))
        print("written to BENCHMARKS.md and README.md")
    return 1 if run.missed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print(*SECTIONS, sep="\n")
    else:
        sys.exit(main(sys.argv[2:], int(sys.argv[1])))
