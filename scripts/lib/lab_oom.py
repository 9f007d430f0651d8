"""OOM kills that the lab provokes, and their logs for testdata/oom. Run scripts/capture-oom, not this."""

import json
import sys
from pathlib import Path

from lab_oom_encodings import cuts, dmesg, encoded
from lab_oom_reader import read_earlyoom, read_events
from lab_provocations import ALL, PROVOCATIONS
from lab_vm import BUILD, Machine, Unable, boot, check_programs

MEMKIT = "build/static/memkit"
TARGET = Path("testdata/oom")
ENCODED = ("6.1-memcg-v2-group",)
CUT = ("6.1-memcg-v2-ancestor", "5.10-global")
def records_of(kmsg):
    """The records of /dev/kmsg: (priority, sequence, microseconds, flags, text)."""
    records = []
    for line in kmsg.split("\n"):
        head, mark, text = line.partition(";")
        if mark and not line.startswith(" "):
            priority, sequence, microseconds, flags = head.split(",")[:4]
            records.append((int(priority), int(sequence), int(microseconds), flags, text))
    return records


MOST_EVENTS = 4  # of a storm


def of_the_events(records):
    """From shortly before the first event on: what else a machine says while it boots is of no use here."""
    records = [record for record in records if not record[4].startswith("lab: ")]
    begins = [n for n, record in enumerate(records) if " invoked oom-killer: " in record[4]]
    if not begins:
        return []
    end = begins[MOST_EVENTS] if len(begins) > MOST_EVENTS else len(records)
    return records[max(0, begins[0] - 2) : end]


def differences(facts, event):
    """What the log says and what is known from how it was provoked must be the same."""
    found = dict(event)
    found["limit_kb"] = (event.get("memcg_memory") or {}).get("limit_kb")
    found["swap_limit_kb"] = (event.get("memcg_swap") or {}).get("limit_kb")
    found["memsw_limit_kb"] = (event.get("memcg_memsw") or {}).get("limit_kb")
    for key, value in facts.items():
        if key == "victim" and value is not None:
            yield from (
                f"victim {inner} is {(event.get('victim') or {}).get(inner)}, not {known}"
                for inner, known in value.items()
                if (event.get("victim") or {}).get(inner) != known
            )
        elif found.get(key) != value:
            yield f"{key} is {found.get(key)}, not {value}"


def judge(row, outcome, events):
    wrong = []
    if not events:
        return ["there is no event"]
    if row.events is not None and len(events) != row.events:
        wrong.append(f"{len(events)} events, not {row.events}")
    wrong += differences(row.facts, events[0])
    pid = outcome.text(f"{row.name}/victim.pid").strip()
    killed = events[0] if row.daemon else events[0].get("victim") or {}
    if pid and killed.get("pid") != int(pid):
        wrong.append(f"victim is {killed.get('pid')}, not {pid}")
    status = outcome.text(f"{row.name}/victim.status").strip()
    if status and status != "137":
        wrong.append(f"the victim ended with {status}, not by SIGKILL")
    return wrong


# Between two rows: no process, file, swap or setting of the first is left.
TIDY = """
for exe in /proc/[0-9]*/exe; do
  case $(readlink $exe) in /bin/inject) pid=${exe#/proc/}; kill -9 ${pid%/exe} ;; esac
done
sleep 1
rm -f /dev/shm/*; swapoff -a
sysctl -q vm.nr_hugepages=0 vm.oom_dump_tasks=1 vm.oom_kill_allocating_task=0
for at in $(find $group -mindepth 1 -depth -type d); do rmdir $at; done 2> /dev/null
echo 3 > /proc/sys/vm/drop_caches
"""


def machines(rows):
    """Rows that can share a machine, one behind the other."""
    shared = {}
    for row in rows:
        key = row.name if row.alone else json.dumps(row.machine)
        shared.setdefault(key, []).append(row)
    return list(shared.values())


def provoke(rows, kernel, memkit):
    """One machine: (row, log, events, records, what is wrong) of each row."""
    script = ""
    for row in rows:
        script += f"row=/out/{row.name}; mkdir -p $row; echo 'lab: {row.name}' > /dev/kmsg\n"
        script += f"dmesg -n 8; {row.script}" if row.alone else f"(\n{row.script})\n{TIDY}"
    shape = {**rows[0].machine, "append": f"log_buf_len=4M {rows[0].machine.get('append', '')}"}
    machine = Machine(kernel, script, swap_mib=96, timeout_s=600, **shape)
    outcome = boot(machine, memkit)
    parts, name = {}, None
    for record in records_of(outcome.text("kmsg")):
        if record[4].startswith("lab: "):
            name = record[4].removeprefix("lab: ")
        parts.setdefault(name, []).append(record)
    for row in rows:
        records = of_the_events(parts.get(row.name, []))
        log = dmesg(records)
        if row.daemon:
            log, records = outcome.text(f"{row.name}/log"), []
        if row.alone and not outcome.files:
            lines = [line.rstrip("\r") for line in outcome.console.split("\n")]
            first = next((n for n, line in enumerate(lines) if " invoked oom-killer: " in line), len(lines))
            log, records = "\n".join(lines[first:]), []
        events = read_earlyoom(log) if row.daemon else read_events(log)
        wrong = judge(row, outcome, events) + (["the machine did not end"] if outcome.timed_out else [])
        if wrong:
            (BUILD / f"failed-{kernel}-{row.name}.log").write_text(log + "\n---- console\n" + outcome.console)
        yield row, log, events, records, wrong


def write(name, log, events, note, daemon=False):
    of_kernel, of_daemon = ([], events) if daemon else (events, [])
    expected = {"file": f"{name}.log", "kernel_events": len(of_kernel), "userspace_events": len(of_daemon)}
    expected.update(events=of_kernel, userspace=of_daemon, note=note)
    (TARGET / f"{name}.log").write_bytes(log.encode())
    (TARGET / f"{name}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def derive(name, records):
    """The same event as other programs write it, and cut short; of two logs, which differ in kind."""
    if name in ENCODED:
        for encoding, log, events in encoded(records):
            write(f"{name}.{encoding}", log, events, f"{name} as {encoding}")
    if name in CUT:
        for cut, log, events in cuts(records):
            write(f"{name}.{cut}", log, events, f"{name}, {cut}")


def main(names, kernels, memkit):
    check_programs()
    TARGET.mkdir(parents=True, exist_ok=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    failed = 0
    for kernel in kernels:
        chosen = [row for row in PROVOCATIONS if kernel in row.kernels and (not names or row.name in names)]
        for rows in sorted(machines(chosen), key=len):
            for row, log, events, records, wrong in provoke(rows, kernel, memkit):
                name = f"{kernel}-{row.name}"
                print(f"{name}: {len(events)} events, {len(log)} bytes{'; '.join(['', *wrong])}", flush=True)
                failed += bool(wrong)
                if not wrong:
                    write(name, log, events, f"provoked by scripts/capture-oom {row.name}", row.daemon)
                    derive(name, records)
    return 1 if failed else 0


if __name__ == "__main__":
    wanted = sys.argv[1:]
    try:
        names, kernels = [w for w in wanted if w not in ALL], [w for w in wanted if w in ALL]
        sys.exit(main(names, kernels or ALL, MEMKIT))
    except Unable as reason:
        sys.exit(f"capture-oom: {reason}")
