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


def stamp(us):
    return f"[{us // 1000000:5}.{us % 1000000:06}]"


def wall(us):
    return datetime.fromtimestamp(int(BOOTED) + us / 1e6, timezone.utc)


def realtime(us):
    return str(int(BOOTED) * 1000000 + us)


def journal_time(_us):
    """A record of the journal has its time in fields of its own, none in what it prints."""


def month_day(us):
    return f"{wall(us):%b} {wall(us).day:2} {wall(us):%H:%M:%S}"


def day_month_year(us):
    return f"{wall(us):%a %b} {wall(us).day:2} {wall(us):%H:%M:%S %Y}"


def iso(us):
    return f"{wall(us):%Y-%m-%dT%H:%M:%S}+0000"


def iso_precise(us):
    return f"{wall(us):%Y-%m-%dT%H:%M:%S.%f}+00:00"


def docker_time(us):
    return f"{wall(us):%Y-%m-%dT%H:%M:%S.%f}000Z"


# Each takes a line of the log: its priority, sequence number, microseconds, flags, and text.


def dmesg_line(_priority, _sequence, us, _flags, text):
    return f"{stamp(us)} {text}\n"


def dmesg_wall_line(_priority, _sequence, us, _flags, text):
    return f"[{day_month_year(us)}] {text}\n"


def dmesg_raw_line(priority, _sequence, us, _flags, text):
    return f"<{priority & 7}>{stamp(us)} {text}\n"


def dmesg_decoded_line(priority, _sequence, us, _flags, text):
    return f"kern  :{LEVELS[priority & 7]:<6}: {stamp(us)} {text}\n"


def syslog_line(_priority, _sequence, us, _flags, text):
    return f"{month_day(us)} {HOST} kernel: {stamp(us)} {text}\n"


def syslog_bare_line(_priority, _sequence, us, _flags, text):
    """Without the kernel's own stamp, and blanks at the start of a text gone."""
    return f"{month_day(us)} {HOST} kernel: {text.lstrip()}\n"


def rfc5424_line(priority, _sequence, us, _flags, text):
    return f"<{priority & 7}>1 {iso_precise(us)} {HOST} kernel - - - {text}\n"


def short_iso_line(_priority, _sequence, us, _flags, text):
    return f"{iso(us)} {HOST} kernel: {text}\n"


def journal_fields(priority, sequence, us, text):
    return {
        "__CURSOR": f"s=0;i={sequence:x};b={BOOT_ID}",
        "__REALTIME_TIMESTAMP": realtime(us),
        "__MONOTONIC_TIMESTAMP": str(us),
        "_BOOT_ID": BOOT_ID,
        "_TRANSPORT": "kernel",
        "PRIORITY": str(priority & 7),
        "SYSLOG_FACILITY": "0",
        "SYSLOG_IDENTIFIER": "kernel",
        "_HOSTNAME": HOST,
        "_SOURCE_MONOTONIC_TIMESTAMP": str(us),
        "MESSAGE": text,
    }


def journal_json_line(priority, sequence, us, _flags, text):
    return json.dumps(journal_fields(priority, sequence, us, text)) + "\n"


def journal_export_line(priority, sequence, us, _flags, text):
    return "".join(f"{key}={value}\n" for key, value in journal_fields(priority, sequence, us, text).items()) + "\n"


def docker_line(_priority, _sequence, us, _flags, text):
    return json.dumps({"log": f"{stamp(us)} {text}\n", "stream": "stdout", "time": docker_time(us)}) + "\n"


def windows_line(_priority, _sequence, us, _flags, text):
    return f"{stamp(us)} {text}\r\n"


def dmesg(records):
    return "".join(dmesg_line(*line) for line in lines_of(records))


def kmsg(records):
    return "".join(f"{priority},{sequence},{us},{flags};{text}\n" for priority, sequence, us, flags, text in records)


def us_of(time):
    seconds, part = time.split(".")
    return int(seconds) * 1000000 + int(part)


# Encoding: how a line is written, and how it prints the time of what happened at that many microseconds.
ENCODINGS = {
    "dmesg-T": (dmesg_wall_line, day_month_year),
    "dmesg-r": (dmesg_raw_line, None),
    "dmesg-x": (dmesg_decoded_line, None),
    "syslog": (syslog_line, month_day),
    "syslog-bare": (syslog_bare_line, month_day),
    "rfc5424": (rfc5424_line, iso_precise),
    "short-iso": (short_iso_line, iso),
    "journal-json": (journal_json_line, journal_time),
    "journal-export": (journal_export_line, journal_time),
    "docker": (docker_line, docker_time),
    "crlf": (windows_line, None),
}


def retimed(events, time_text):
    copies = json.loads(json.dumps(events))
    for event in copies:
        for key in ("time", "kill_time"):
            if key in event and time_text is journal_time:
                del event[key]
            elif key in event and time_text:
                event[key] = time_text(us_of(event[key]))
    return copies


def encoded(records):
    """(name, log, events) of each encoding."""
    events = read_events(dmesg(records))
    for name, (write, time_text) in ENCODINGS.items():
        yield name, "".join(write(*line) for line in lines_of(records)), retimed(events, time_text)
    yield "kmsg", kmsg(records), retimed(events, str)


def cut_at(log, text):
    lines = log.split("\n")
    at = next(n for n, line in enumerate(lines) if text in line)
    return "\n".join(lines[:at]) + "\n", "\n".join(lines[at:])


def cuts(records):
    """(name, log, events) of a log cut short, or by a grep, in places that take whole facts away."""
    log = dmesg(records)
    marks = {"before-table": "Tasks state", "before-kill": "oom-kill:constraint", "after-head": "Call Trace"}
    for name, mark in marks.items():
        head, _ = cut_at(log, mark)
        yield f"cut-{name}", head, read_events(head)
    _, tail = cut_at(log, "oom-kill:constraint")
    yield "cut-head", tail, read_events(tail)
    kept = "".join(f"{line}\n" for line in log.split("\n") if re.search("Killed process|invoked oom-killer", line))
    yield "grep-two-lines", kept, read_events(kept)
