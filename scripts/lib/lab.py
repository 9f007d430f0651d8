"""The fault lab: boots a machine a scenario, and holds memkit's first finding against the fault. Run scripts/lab."""

import argparse
import sys
from pathlib import Path

from lab_results import TABLE, judge, keep, script_of, write_row, write_table
from lab_scenarios import SCENARIOS
from lab_vm import KERNELS, Machine, Unable, boot, check_programs

SKIPPED = 77  # what ctest takes for "cannot run here"


def run(pairs, memkit):
    verdicts = []
    print(f"{'scenario':<22}{'kernel':<8}{'expected':<24}{'found':<28}{'verdict':<12}{'s':>4}", flush=True)
    for scenario, kernel in pairs:
        outcome = boot(Machine(kernel, script_of(scenario), **scenario.machine), memkit)
        folder = keep(scenario, kernel, outcome)
        row = judge(scenario, outcome, folder, memkit)
        write_row(folder, {"kernel": kernel, **row})
        verdicts.append(row["verdict"])
        line = f"{scenario.name:<22}{kernel:<8}{scenario.expected:<24}{row['found']:<28}{row['verdict']:<12}"
        print(f"{line}{outcome.seconds:>4.0f}", *row["wrong"], sep="\n    ", flush=True)
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
    parser.add_argument("--all", action="store_true", help=f"all, each on all of its kernels; writes {TABLE}")
    parser.add_argument("--list", action="store_true", help="print the table and run nothing")
    parser.add_argument("--table", action="store_true", help=f"write {TABLE} of the last runs, and run nothing")
    parser.add_argument("--memkit", default="build/static/memkit", metavar="FILE", help="the program to try")
    arguments = parser.parse_args()
    if arguments.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:<22}{scenario.expected:<24}{' '.join(scenario.kernels)}")
        return 0
    check_programs()
    if arguments.table:
        write_table()
        return 0
    if not Path(arguments.memkit).exists():
        raise Unable(f"{arguments.memkit} is not there")
    status = run(list(chosen(arguments)), arguments.memkit)
    if arguments.all:
        write_table()
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unable as reason:
        print(f"lab: skipped: {reason}", file=sys.stderr)
        sys.exit(SKIPPED)
