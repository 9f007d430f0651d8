"""What a machine of the lab left: kept, held against its fault, and put into the table of results."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

from lab_scenarios import CONSOLE, HEALTHY, SCENARIOS
from lab_vm import BUILD, KERNELS

RUNS = BUILD / "runs"
TABLE = Path("tests/vm/RESULTS.md")
ALARMS = ("warning", "critical")
SOURCES = ("lib", "cmd", "cmake", "CMakeLists.txt", "scripts", "tests/vm", f":!{TABLE}")


def script_of(scenario):
    """What the machine does: the fault, the report, and what else is asked of memkit there."""
    asked = "".join(
        f"as=answer-{n} told memkit {ask.command} --json\n"
        for n, ask in enumerate(scenario.asks)
        if CONSOLE not in ask.command
    )
    return scenario.script + scenario.report + asked


def keep(scenario, kernel, outcome):
    """What a machine left stays for a look: build/lab/runs/KERNEL-SCENARIO."""
    folder = RUNS / f"{kernel}-{scenario.name}"
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in {"console": outcome.console.encode(), **outcome.files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def ask_console(command, folder, memkit):
    """What memkit says on the host of the console that a machine left. The kernel ends its lines with CR LF."""
    words = [word.replace(CONSOLE, str(folder / "console")) for word in shlex.split(command)]
    return subprocess.run([memkit, *words, "--json"], capture_output=True).stdout


def picked(answer, jq_filter):
    """What jq picks from an answer, "-" where there is none."""
    done = subprocess.run(["jq", "-r", jq_filter], input=answer, capture_output=True)
    return done.stdout.decode(errors="replace").strip() or "-"


def answers(scenario, outcome, folder, memkit):
    """(ask, what it gave) of each further question of the scenario's."""
    for n, ask in enumerate(scenario.asks):
        on_host = CONSOLE in ask.command
        answer = ask_console(ask.command, folder, memkit) if on_host else outcome.files.get(f"answer-{n}", b"")
        yield ask, picked(answer, ask.jq)


def first_finding(scenario, outcome):
    """What the report says first; of a machine that is to be healthy, what it warns of."""
    report = outcome.files.get("report", b"")
    if scenario.expected != HEALTHY:
        return picked(report, ".findings[0].id")
    alarms = " or ".join(f'.severity == "{severity}"' for severity in ALARMS)
    return picked(report, f'.findings | map(select({alarms}).id) | join(",") | if . == "" then "{HEALTHY}" else . end')


def judge(scenario, outcome, folder, memkit):
    """The row of the table: what was found, what else was said, and whether that is the fault."""
    said = list(answers(scenario, outcome, folder, memkit))
    # A machine that ended in a panic left no report: its first question stands for that.
    found = said[0][1] if scenario.panics else first_finding(scenario, outcome)
    wrong = [f"{ask.command}: {gave}, not {ask.expected}" for ask, gave in said if gave != ask.expected]
    right = found == scenario.expected and not wrong and not outcome.timed_out
    return {
        "scenario": scenario.name,
        "expected": scenario.expected,
        "found": found,
        "said": [[ask.command.replace(f" {CONSOLE}", ""), gave] for ask, gave in said],
        "wrong": wrong,
        "verdict": "right" if right else "no end" if outcome.timed_out else "wrong",
        "seconds": round(outcome.seconds),
        "release": picked(outcome.files.get("report", b""), ".kernel_release"),
    }


def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True)


def write_row(folder, row):
    changed = git("diff", "--quiet", "HEAD", "--", *SOURCES).returncode != 0
    row["commit"] = git("rev-parse", "--short", "HEAD").stdout.strip() + ("-changed" if changed else "")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "row.json").write_text(json.dumps(row, indent=1) + "\n")


def rows():
    """The last run of each scenario on each kernel, in the order of the table of scenarios."""
    for scenario in SCENARIOS:
        for kernel in KERNELS:
            path = RUNS / f"{kernel}-{scenario.name}" / "row.json"
            if kernel in scenario.kernels and path.exists():
                yield json.loads(path.read_text())


def write_table():
    """tests/vm/RESULTS.md, of the last run of each row. A row names the commit that it ran on."""
    table = list(rows())
    emulator = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True).stdout.split()[3]
    releases = sorted({row["release"] for row in table} - {"-"}, key=lambda text: [int(n) for n in text.split(".")[:2]])
    right = sum(row["verdict"] == "right" for row in table)
    lines = [
        "# What memkit says of a fault",
        "",
        "Written by `scripts/lab` of the last run of each row, on the commit that the row names.",
        f"QEMU {emulator}, emulated; kernels {', '.join(releases)}.",
        "The first finding of `memkit report --interval 2` must be the fault; a healthy machine has none above info.",
        f"{right} of {len(table)} are right.",
        "",
        "| Scenario | Kernel | Expected | Found | Also said | Verdict | Seconds | Commit |",
        "|---|---|---|---|---|---|--:|---|",
    ]
    for row in table:
        said = "; ".join(f"`{command}`: {gave}" for command, gave in row["said"])
        verdict = row["verdict"] if row["verdict"] == "right" else f"**{row['verdict']}**"
        fields = [row[name] for name in ("scenario", "kernel", "expected", "found")]
        lines.append("| " + " | ".join([*fields, said, verdict, str(row["seconds"]), row["commit"]]) + " |")
    TABLE.write_text("\n".join(lines) + "\n")
