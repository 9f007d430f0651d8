"""The same kernel log in other encodings, and cut short: what people paste, forward and keep."""

import json
import re
from datetime import datetime, timezone

from lab_oom_reader import read_events

HOST = "fixture"
BOOT_ID = "0123456789abcdef0123456789abcdef"
BOOTED = datetime(2026, 3, 9, 7, 5, 1, tzinfo=timezone.utc).timestamp()  # a date of the fixture's own
LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def lines_of(records):
    for priority, sequence, microseconds, flags, text in records:
        for line in unescape(text).split("\n"):
            yield priority, sequence, microseconds, flags, line


def stamp(microseconds):
    return f"[{microseconds // 1000000:5}.{microseconds % 1000000:06}]"


def wall(microseconds):
    return datetime.fromtimestamp(int(BOOTED) + microseconds / 1e6, timezone.utc)


def dmesg(records):
    return "".join(f"{stamp(us)} {text}\n" for _, _, us, _, text in lines_of(records))


def dmesg_wall(records):
    return "".join(f"[{wall(us):%a %b} {wall(us).day:2} {wall(us):%H:%M:%S %Y}] {text}\n" for _, _, us, _, text in lines_of(records))


def dmesg_raw(records):
    return "".join(f"<{priority & 7}>{stamp(us)} {text}\n" for priority, _, us, _, text in lines_of(records))


def dmesg_decoded(records):
    return "".join(f"kern  :{LEVELS[priority & 7]:<6}: {stamp(us)} {text}\n" for priority, _, us, _, text in lines_of(records))


def kmsg(records):
    return "".join(f"{priority},{sequence},{us},{flags};{text}\n" for priority, sequence, us, flags, text in records)


def syslog(records):
    return "".join(
        f"{wall(us):%b} {wall(us).day:2} {wall(us):%H:%M:%S} {HOST} kernel: {stamp(us)} {text}\n" for _, _, us, _, text in lines_of(records)
    )


def syslog_bare(records):
    """Without the kernel's own stamp, blanks at the start of a text gone."""
    return "".join(
        f"{wall(us):%b} {wall(us).day:2} {wall(us):%H:%M:%S} {HOST} kernel: {text.lstrip()}\n" for _, _, us, _, text in lines_of(records)
    )


def rfc5424(records):
    return "".join(
        f"<{priority & 7}>1 {wall(us):%Y-%m-%dT%H:%M:%S.%f}+00:00 {HOST} kernel - - - {text}\n" for priority, _, us, _, text in lines_of(records)
    )


def iso(records):
    return "".join(f"{wall(us):%Y-%m-%dT%H:%M:%S}+0000 {HOST} kernel: {text}\n" for _, _, us, _, text in lines_of(records))


def journal_json(records):
    entries = []
    for priority, sequence, us, _, text in lines_of(records):
        entries.append({
            "__CURSOR": f"s=0;i={sequence:x};b={BOOT_ID}", "__REALTIME_TIMESTAMP": str(int(BOOTED) * 1000000 + us),
            "__MONOTONIC_TIMESTAMP": str(us), "_BOOT_ID": BOOT_ID, "_TRANSPORT": "kernel", "PRIORITY": str(priority & 7),
            "SYSLOG_FACILITY": "0", "SYSLOG_IDENTIFIER": "kernel", "_HOSTNAME": HOST, "_SOURCE_MONOTONIC_TIMESTAMP": str(us), "MESSAGE": text,
        })  # fmt: skip
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def journal_export(records):
    return "".join(
        f"__REALTIME_TIMESTAMP={int(BOOTED) * 1000000 + us}\n__MONOTONIC_TIMESTAMP={us}\n_BOOT_ID={BOOT_ID}\n_TRANSPORT=kernel\n"
        f"PRIORITY={priority & 7}\nSYSLOG_IDENTIFIER=kernel\n_HOSTNAME={HOST}\nMESSAGE={text}\n\n"
        for priority, _, us, _, text in lines_of(records)
    )


def docker(records):
    return "".join(
        json.dumps({"log": f"{stamp(us)} {text}\n", "stream": "stdout", "time": f"{wall(us):%Y-%m-%dT%H:%M:%S.%f}000Z"}) + "\n"
        for _, _, us, _, text in lines_of(records)
    )


def windows(records):
    return dmesg(records).replace("\n", "\r\n")


def us_of(time):
    seconds, part = time.split(".")
    return int(seconds) * 1000000 + int(part)


def month_day(us):
    return f"{wall(us):%b} {wall(us).day:2} {wall(us):%H:%M:%S}"


# Encoding: how it is written, and how it prints the time of what happened at that many microseconds.
ENCODINGS = {
    "dmesg-T": (dmesg_wall, lambda us: f"{wall(us):%a %b} {wall(us).day:2} {wall(us):%H:%M:%S %Y}"),
    "dmesg-r": (dmesg_raw, None),
    "dmesg-x": (dmesg_decoded, None),
    "kmsg": (kmsg, str),
    "syslog": (syslog, month_day),
    "syslog-bare": (syslog_bare, month_day),
    "rfc5424": (rfc5424, lambda us: f"{wall(us):%Y-%m-%dT%H:%M:%S.%f}+00:00"),
    "short-iso": (iso, lambda us: f"{wall(us):%Y-%m-%dT%H:%M:%S}+0000"),
    "journal-json": (journal_json, lambda us: str(int(BOOTED) * 1000000 + us)),
    "journal-export": (journal_export, lambda us: str(int(BOOTED) * 1000000 + us)),
    "docker": (docker, lambda us: f"{wall(us):%Y-%m-%dT%H:%M:%S.%f}000Z"),
    "crlf": (windows, None),
}


def retimed(events, time_text):
    copies = json.loads(json.dumps(events))
    for event in copies:
        for key in ("time", "kill_time"):
            if key in event and time_text:
                event[key] = time_text(us_of(event[key]))
    return copies


def encoded(records):
    """(name, log, events) of each encoding."""
    events = read_events(dmesg(records))
    for name, (write, time_text) in ENCODINGS.items():
        yield name, write(records), retimed(events, time_text)


def cut_at(log, text):
    lines = log.split("\n")
    at = next(n for n, line in enumerate(lines) if text in line)
    return "\n".join(lines[:at]) + "\n", "\n".join(lines[at:])


def cuts(records):
    """(name, log, events) of a log cut short, or by a grep, in places that take whole facts away."""
    log = dmesg(records)
    for name, mark in (("cut-in-table", "Tasks state"), ("cut-before-kill", "oom-kill:constraint"), ("cut-after-head", "Call Trace")):
        head, _ = cut_at(log, mark)
        yield name, head, read_events(head)
    _, tail = cut_at(log, "oom-kill:constraint")
    yield "cut-head", tail, read_events(tail)
    kept = "\n".join(line for line in log.split("\n") if "Killed process" in line or "invoked oom-killer" in line) + "\n"
    yield "grep-two-lines", kept, read_events(kept)
