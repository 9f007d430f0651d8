"""Reads one kernel log of the lab's own, in the plainest way: the judge of memkit's reader, and no part of it."""

import re

STAMP = r"^\[ *(?P<time>\d+\.\d+)\] "
KILLED = re.compile(
    r"(?P<why>Memory cgroup out of memory|Out of memory(?: \(oom_kill_allocating_task\))?): "
    r"Killed process (?P<pid>\d+) \((?P<name>.*)\) total-vm:(?P<total_vm_kb>\d+)kB, "
    r"anon-rss:(?P<anon_rss_kb>\d+)kB, file-rss:(?P<file_rss_kb>\d+)kB, shmem-rss:(?P<shmem_rss_kb>\d+)kB, "
    r"UID:(?P<uid>\d+) pgtables:(?P<pgtables_kb>\d+)kB oom_score_adj:(?P<oom_score_adj>-?\d+)"
)
INVOKED = re.compile(
    r"(?P<trigger>.*) invoked oom-killer: gfp_mask=(?P<gfp_mask>0x[0-9a-f]+)\((?P<gfp_flags>[^)]*)\), "
    r"order=(?P<order>-?\d+), oom_score_adj=(?P<adj>-?\d+)$"
)
CPU = re.compile(
    r"CPU: \d+ (?:UID: \d+ )?PID: (?P<pid>\d+) Comm: (?P<comm>.*) "
    r"(?:Not tainted|Tainted: [A-Z ]+?) +(?P<kernel>\d\S+) "
)
CHOSEN = re.compile(
    r"oom-kill:constraint=(?P<constraint>\w+),nodemask=(?P<nodemask>[^c]*?),cpuset=(?P<cpuset>.*),"
    r"mems_allowed=(?P<mems>[0-9,-]*),(?P<limit>global_oom|oom_memcg=.*?)(?:,task_memcg=(?P<task_memcg>.*?))?,"
    r"task=(?P<task>.*),pid=(?P<pid>\d+),uid=(?P<uid>\d+)$"
)
COUNTER = re.compile(
    r"(?P<name>memory|memory\+swap|swap|kmem): usage (?P<usage>\d+)kB, limit (?P<limit>\d+)kB, "
    r"failcnt (?P<failcnt>\d+)$"
)
COUNTER_KEYS = {"memory": "memcg_memory", "swap": "memcg_swap", "memory+swap": "memcg_memsw", "kmem": "memcg_kmem"}
TOTALS = (
    (re.compile(r"(\d+) total pagecache pages$"), "pagecache_pages"),
    (re.compile(r"(\d+) pages in swap cache$"), "swapcache_pages"),
    (re.compile(r"Free swap  = (\d+)kB$"), "swap_free_kb"),
    (re.compile(r"Total swap = (\d+)kB$"), "swap_total_kb"),
    (re.compile(r"(\d+) pages RAM$"), "ram_pages"),
    (re.compile(r"(\d+) pages HighMem/MovableOnly$"), "highmem_pages"),
    (re.compile(r"(\d+) pages reserved$"), "reserved_pages"),
)
NUMBERS = ("pid", "total_vm_kb", "anon_rss_kb", "file_rss_kb", "shmem_rss_kb", "uid", "pgtables_kb", "oom_score_adj")


def killed(found):
    facts = {key: int(value) if key in NUMBERS else value for key, value in found.groupdict().items()}
    del facts["why"]
    return facts


def begin(found, time):
    return {
        "time": time,
        "trigger": found["trigger"],
        "gfp_mask": found["gfp_mask"],
        "gfp_flags": found["gfp_flags"],
        "order": int(found["order"]),
        "trigger_oom_score_adj": int(found["adj"]),
        "tasks": 0,
        "header_seen": True,
        "victim_seen": False,
    }


def take_memcg(event, text):
    if found := COUNTER.match(text):
        counter = {"usage_kb": int(found["usage"]), "limit_kb": int(found["limit"]), "failcnt": int(found["failcnt"])}
        event[COUNTER_KEYS[found["name"]]] = counter
        if found["name"] in ("swap", "memory+swap"):
            event["memcg_version"] = "v2" if found["name"] == "swap" else "v1"
    elif found := re.match(r"Memory cgroup stats for (.*):", text):
        event["memcg_stats_for"] = found[1]
    elif found := re.match(r"Tasks in (.*) are going to be killed due to memory.oom.group set$", text):
        event["group_kill"] = found[1]


def take_machine(event, state, text):
    if text == "Mem-Info:":
        state["counts"] = event["mem_info_pages"] = {}
        return
    if state.get("counts") is not None:
        pairs = re.findall(r"(\w+):(\d+)(?:#\d+)?", text)
        if text.startswith("Node "):
            state["counts"] = None
        elif text.startswith(" ") or text.startswith("active_anon"):
            event["mem_info_pages"].update({name: int(pages) for name, pages in pairs})
    if re.match(r"Node \d+ (DMA|DMA32|Normal|Movable) free:", text):
        event["zone_lines"] = event.get("zone_lines", 0) + 1
    elif re.match(r"Node \d+ (DMA|DMA32|Normal|Movable): \d+\*4kB", text):
        event["buddy_lines"] = event.get("buddy_lines", 0) + 1
    elif text == "Unreclaimable slab info:":
        event["unreclaimable_slab_dump"] = True
    for pattern, key in TOTALS:
        if found := pattern.match(text):
            event[key] = int(found[1])


def take_tasks(event, state, text):
    if text.startswith("[  pid  ]"):
        event["table_header"] = text.replace("[  pid  ]", "[ pid ]").rstrip()
        event["table_header"] = re.sub(r" +", " ", event["table_header"])
        state["rows"] = []
    elif state.get("rows") is not None and (found := re.match(r"\[ *(\d+)\] *(.*)", text)):
        event["tasks"] += 1
        state["rows"].append((int(found[1]), int(found[2].split()[2])))


def take_choice(event, state, text, time):
    if found := CHOSEN.match(text):
        event["constraint"] = found["constraint"]
        event["nodemask"] = found["nodemask"]
        event["cpuset"] = found["cpuset"]
        event["mems_allowed"] = found["mems"]
        if found["limit"] == "global_oom":
            event["global_oom"] = True
        else:
            event["oom_memcg"] = found["limit"].removeprefix("oom_memcg=")
        if found["task_memcg"]:
            event["task_memcg"] = found["task_memcg"]
        event.update(oomkill_task=found["task"], oomkill_pid=int(found["pid"]), oomkill_uid=int(found["uid"]))
    elif found := KILLED.match(text):
        facts = killed(found)
        event.setdefault("kills", []).append(facts)
        if not event["victim_seen"]:
            event.update(victim=facts, victim_seen=True, kill_time=time, why=found["why"])
        sizes = [total_vm for pid, total_vm in state.get("rows") or () if pid == facts["pid"] and total_vm > 0]
        if sizes and facts["total_vm_kb"] % sizes[0] == 0:
            event.setdefault("page_size_kb", facts["total_vm_kb"] // sizes[0])
    elif re.match(r"Out of memory and no killable processes", text):
        event["no_killable"] = True
    elif text.startswith("Kernel panic - not syncing"):
        event["panic"] = True


def take_reaped(events, text):
    """The reaper may be later than the next event: its line goes to whose victim it names."""
    if found := re.match(r"oom_reaper: reaped process (\d+) ", text):
        for event in reversed(events):
            if any(kill["pid"] == int(found[1]) for kill in event.get("kills", ())):
                event.setdefault("reaped", []).append(int(found[1]))
                return


def finish(event):
    if "group_kill" in event:
        event["group_kill_unique_pids"] = len({kill["pid"] for kill in event["kills"]})
    if event.get("order") == -1:
        event["scope"] = "sysrq"
    elif event.get("oom_memcg") or event.get("memcg_stats_for"):
        event["scope"] = "memcg"
    elif event.get("global_oom") or event.get("mem_info_pages"):
        event["scope"] = "global"
    return event


def read_events(log):
    """The events of a log whose lines are `[seconds] text`."""
    events, state = [], {}
    for line in log.split("\n"):
        stamp = re.match(STAMP, line)
        if not stamp:
            continue
        text = line[stamp.end():]
        if found := INVOKED.match(text):
            events.append(begin(found, stamp["time"]))
            state = {}
            continue
        if not events and CHOSEN.match(text):  # a log whose head is gone
            events.append({"time": stamp["time"], "tasks": 0, "header_seen": False, "victim_seen": False})
        if not events:
            continue
        event = events[-1]
        if (found := CPU.match(text)) and "kernel" not in event:
            event.update(trigger_pid=int(found["pid"]), kernel=found["kernel"])
        if ": page allocation failure: order:" in text:
            state["elsewhere"] = True  # its Mem-Info is not the event's
        if not state.get("elsewhere"):
            take_memcg(event, text)
            take_machine(event, state, text)
            take_tasks(event, state, text)
        take_choice(event, state, text, stamp["time"])
        take_reaped(events, text)
    return [finish(event) for event in events]


EARLYOOM = re.compile(
    r'sending (?P<signal>SIG\w+) to process (?P<pid>\d+) uid (?P<uid>\d+) "(?P<name>.*)": badness (?P<badness>\d+), '
    r"VmRSS (?P<vmrss_mib>\d+) MiB$"
)


def read_earlyoom(log):
    """The kills of earlyoom 1.7 in what it prints."""
    events = []
    for line in log.split("\n"):
        if found := EARLYOOM.match(line):
            facts = {key: int(value) if value.isdigit() else value for key, value in found.groupdict().items()}
            events.append({"source": "earlyoom", **facts})
        elif found := re.match(r"process (?:\d+ )?exited after (\d+\.\d+) seconds$", line):
            events[-1]["exited_after_s"] = float(found[1])
    return events
