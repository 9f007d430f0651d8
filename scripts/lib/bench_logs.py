"""The logs that scripts/bench reads with `memkit oom --log`, made of a real event among `testdata/oom`."""

import re
from pathlib import Path

EVENT = Path("testdata/oom/6.1-memcg-v2-group.syslog.log")
ROW = re.compile(rb"^(.*\] \[ *)(\d+)(\] +\d+ +)(\d+)( .*)$", re.MULTILINE)
IDLE = (
    "Mar  9 07:05:{second:02} fixture {program}[{pid}]: request {number} from 10.0.{third}.{fourth} took {number} us, "
    "status 200\n"
)


def idle_lines(size):
    """Lines of other programs, `size` bytes or a little more."""
    programs = ("sshd", "nginx", "kubelet", "postgres", "cron")
    text = []
    length = number = 0
    while length < size:
        number += 1
        text.append(
            IDLE.format(
                second=number % 60,
                program=programs[number % len(programs)],
                pid=1000 + number % 7919,
                number=number,
                third=number % 251,
                fourth=number % 241,
            )
        )
        length += len(text[-1])
    return "".join(text).encode()


def event_at(event, minute):
    """The event `minute` minutes later: copies at one time would be taken for one."""
    later = re.sub(
        rb"\[ *(\d+)(\.\d{6}\])", lambda at: b"[%5d%b" % (int(at.group(1)) + 60 * minute, at.group(2)), event
    )
    return later.replace(b" 07:05:", b" %02d:%02d:" % (7 + (5 + minute) // 60, (5 + minute) % 60))


def scattered(path, size=1_000_000_000, events=100):
    """A syslog of `size` bytes with `events` in it."""
    event = EVENT.read_bytes()
    part = idle_lines(size // events - len(event))
    with open(path, "wb") as log:
        for number in range(events):
            log.write(part)
            log.write(event_at(event, number))


def dense(path, events=30, event_size=2_000_000):
    """One event after the other, whose tables of tasks make each of them `event_size` bytes long."""
    event = EVENT.read_bytes()
    rows = list(ROW.finditer(event))
    first = rows[0].start()
    table = []
    length = 0
    pid = 1000
    while length < event_size - len(event):
        for row in rows:
            pid += 1
            before, _, between, _, after = row.groups()
            table.append(b"%b%7d%b%d%b\n" % (before.rstrip(), pid, between, pid, after))
            length += len(table[-1])
    whole = event[:first] + b"".join(table) + event[first:]
    with open(path, "wb") as log:
        for number in range(events):
            log.write(event_at(whole, number))
    return events * len(whole)
