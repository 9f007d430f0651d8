"""The fault lab: boots a machine a scenario, and holds memkit's first finding against the fault. Run scripts/lab."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from lab_scenarios import HEALTHY, SCENARIOS
from lab_vm import BUILD, KERNELS, Machine, Unable, boot, check_programs

ALARMS = ("warning", "critical")
SKIPPED = 77  # what ctest takes for "cannot run here"


def knows(memkit, finding):
    """Does this memkit have a rule of that name?"""
    tried = subprocess.run([memkit, "report", "--only", finding, "--root", "/nonexistent"], capture_output=True)
    return tried.returncode != 2  # a usage error


def judge(scenario, outcome, memkit):
    """(found, verdict): what the report says first, and whether that is the fault."""
    if outcome.timed_out:
        return "-", "no end"
    try:
        report = json.loads(outcome.text("report"))
    except ValueError:
        return "-", "no report"
    findings = report.get("findings", [])
    if scenario.expected == HEALTHY:
        alarms = [finding["id"] for finding in findings if finding["severity"] in ALARMS]
        return ",".join(alarms) or HEALTHY, "wrong" if alarms else "right"
    found = findings[0]["id"] if findings else "-"
    missing = [finding for finding in scenario.also if finding not in {one["id"] for one in findings}]
    if found == scenario.expected and not missing:
        return found, "right"
    if not knows(memkit, scenario.expected):
        return found, "no rule yet"
    return found, "wrong"


def keep(scenario, kernel, outcome):
    """What a machine left stays for a look: build/lab/runs/KERNEL-SCENARIO."""
    folder = BUILD / "runs" / f"{kernel}-{scenario.name}"
    for name, data in {"console": outcome.console.encode(), **outcome.files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def run(pairs, memkit):
    verdicts = []
    print(f"{'scenario':<22}{'kernel':<8}{'expected':<24}{'found':<28}{'verdict':<12}{'s':>4}", flush=True)
    for scenario, kernel in pairs:
        outcome = boot(Machine(kernel, scenario.script + scenario.report, **scenario.machine), memkit)
        keep(scenario, kernel, outcome)
        found, verdict = judge(scenario, outcome, memkit)
        verdicts.append(verdict)
        row = f"{scenario.name:<22}{kernel:<8}{scenario.expected:<24}{found:<28}{verdict:<12}{outcome.seconds:>4.0f}"
        print(row, flush=True)
    print(f"{verdicts.count('right')} of {len(verdicts)} right", flush=True)
    return 0 if verdicts.count("right") == len(verdicts) else 1


def chosen(arguments):
    names = {scenario.name for scenario in SCENARIOS}
    if unknown := [name for name in arguments.scenario if name not in names]:
        sys.exit(f"lab: unknown scenario: {', '.join(unknown)} (scripts/lab --list names them)")
    for scenario in SCENARIOS:
        named = scenario.name in arguments.scenario
        if named or arguments.all or (not arguments.scenario and scenario.quick):
            kernels = scenario.kernels if arguments.all or named else scenario.kernels[:1]
            yield from ((scenario, kernel) for kernel in ([arguments.kernel] if arguments.kernel else kernels))


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/lab",
        description="Injects faults into virtual machines and checks memkit's diagnosis.",
        epilog="Exit status: 0 all right, 1 something is wrong, 77 this system cannot run it.",
    )
    parser.add_argument("scenario", nargs="*", help="which ones; without any: the quick ones")
    parser.add_argument("--kernel", choices=KERNELS, help="on this kernel alone")
    parser.add_argument("--all", action="store_true", help="all, each on all of its kernels")
    parser.add_argument("--list", action="store_true", help="print the table and run nothing")
    parser.add_argument("--memkit", default="build/static/memkit", metavar="FILE", help="the program to try")
    arguments = parser.parse_args()
    if arguments.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:<22}{scenario.expected:<24}{' '.join(scenario.kernels)}")
        return 0
    check_programs()
    if not Path(arguments.memkit).exists():
        raise Unable(f"{arguments.memkit} is not there")
    return run(list(chosen(arguments)), arguments.memkit)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unable as reason:
        print(f"lab: skipped: {reason}", file=sys.stderr)
        sys.exit(SKIPPED)
