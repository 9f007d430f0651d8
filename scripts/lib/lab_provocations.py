"""How the lab brings OOM kills about, and what is known of each from that alone."""

from dataclasses import dataclass, field

ALL = ("6.1", "5.10", "6.12")
WITH_V1 = ("6.1", "5.10")  # Debian's 6.12 has no controllers of version 1
TWO_NODES = ("-object", "memory-backend-ram,id=m0,size=256M", "-numa", "node,nodeid=0,cpus=0,memdev=m0",
             "-object", "memory-backend-ram,id=m1,size=256M", "-numa", "node,nodeid=1,cpus=1,memdev=m1")  # fmt: skip
BYSTANDER = "inject --as steady --adj 0 anon 24\n"
VICTIM = "victim=$({}); echo $? > $row/victim.status; echo $victim > $row/victim.pid\n"


@dataclass
class Provocation:
    """An OOM kill: how it is brought about, and what is known of it from that alone."""

    name: str
    script: str
    facts: dict  # of the first event; "victim" holds those of the victim
    kernels: tuple = ALL
    events: int | None = 1  # None: how many there are depends on the race
    daemon: bool = False  # the log is a daemon's: $row/log
    alone: bool = False  # may end in a panic: a machine of its own, whose log is on the console
    machine: dict = field(default_factory=dict)


def hog(options="", name="hog"):
    return VICTIM.format(f"inject --as '{name}' {options} until-killed")


GLOBAL = {"scope": "global", "constraint": "CONSTRAINT_NONE", "global_oom": True, "order": 0}
MEMCG = {"scope": "memcg", "constraint": "CONSTRAINT_MEMCG", "order": 0}

PROVOCATIONS = (
    Provocation(
        "global",
        BYSTANDER + "make_group app.slice\n" + hog("--uid 65534 --cgroup $group/app.slice"),
        {**GLOBAL, "swap_total_kb": 0, "task_memcg": "/app.slice", "victim": {"name": "hog", "uid": 65534}},
    ),
    Provocation(
        "global-adj",
        "inject --as preferred --adj 950 anon 48 > $row/victim.pid\n" + "inject --as asker until-killed\n",
        {**GLOBAL, "trigger": "asker", "victim": {"name": "preferred", "oom_score_adj": 950}},
        events=None,
        kernels=("6.1",),
    ),
    Provocation(
        "swap-full",
        "swapon /dev/vdb\n" + BYSTANDER + hog(),
        {**GLOBAL, "victim": {"name": "hog"}},
    ),
    Provocation(
        "memcg-v2",
        "make_group lab.slice/web.service memory.max=40M\n" + hog("--adj 300 --cgroup $group/lab.slice/web.service"),
        {**MEMCG, "oom_memcg": "/lab.slice/web.service", "task_memcg": "/lab.slice/web.service", "memcg_version": "v2",
         "trigger": "hog", "trigger_oom_score_adj": 300, "limit_kb": 40 * 1024,
         "victim": {"name": "hog", "oom_score_adj": 300}},
    ),
    Provocation(
        "memcg-v2-swap",
        "swapon /dev/vdb\nmake_group lab memory.max=40M memory.swap.max=16M\n" + hog("--cgroup $group/lab"),
        {**MEMCG, "oom_memcg": "/lab", "limit_kb": 40 * 1024, "swap_limit_kb": 16 * 1024, "victim": {"name": "hog"}},
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        "memcg-v2-ancestor",
        "make_group lab.slice memory.max=64M\n"
        "make_group lab.slice/web.service; make_group lab.slice/db.service memory.max=200M\n"
        "inject --as database --adj 0 --cgroup $group/lab.slice/db.service anon 40 > $row/victim.pid\n"
        "inject --as worker --cgroup $group/lab.slice/web.service anon 34; echo $? > $row/asker.status\n",
        {**MEMCG, "oom_memcg": "/lab.slice", "task_memcg": "/lab.slice/db.service", "trigger": "worker",
         "limit_kb": 64 * 1024, "victim": {"name": "database"}},
    ),
    Provocation(
        "memcg-v2-group",
        "make_group lab.slice\n"
        "make_group lab.slice/pod memory.max=64M memory.oom.group=1\n"
        "for n in 1 2 3; do inject --as helper-$n --uid 65534 --cgroup $group/lab.slice/pod anon 4; done\n"
        + hog("--as main --cgroup $group/lab.slice/pod", "main"),
        {**MEMCG, "oom_memcg": "/lab.slice/pod", "group_kill": "/lab.slice/pod", "group_kill_unique_pids": 4,
         "victim": {"name": "main"}},
    ),
    Provocation(
        "memcg-v2-tmpfs",
        "make_group lab memory.max=40M\n"
        "(echo 0 > $group/lab/cgroup.procs; exec dd if=/dev/zero of=/dev/shm/fill bs=1M count=60)\n",
        {**MEMCG, "oom_memcg": "/lab", "trigger": "dd", "limit_kb": 40 * 1024, "victim": {"name": "dd"}},
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        "memcg-v2-cache",
        "make_group lab memory.max=40M\n"
        "dd if=/dev/zero of=/disk/file bs=1M count=60; sync; echo 3 > /proc/sys/vm/drop_caches\n"
        + VICTIM.format("inject --as mapper --cgroup $group/lab locked-file /disk/file"),
        {**MEMCG, "oom_memcg": "/lab", "trigger": "mapper", "limit_kb": 40 * 1024, "victim": {"name": "mapper"}},
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        "memcg-v2-kernel",
        "make_group lab memory.max=40M\n" + VICTIM.format("inject --as pipes --cgroup $group/lab pipes 60000 16"),
        {**MEMCG, "oom_memcg": "/lab", "trigger": "pipes", "limit_kb": 40 * 1024, "victim": {"name": "pipes"}},
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        "memcg-v2-names",
        "make_group 'lab/a,b=c' memory.max=32M\n"
        + hog("--cgroup '/sys/fs/cgroup/lab/a,b=c'", "a) (b:,[1 2]"),
        {**MEMCG, "oom_memcg": "/lab/a,b=c", "trigger": "a) (b:,[1 2]", "victim": {"name": "a) (b:,[1 2]"}},
        kernels=("6.1",),
    ),
    Provocation(
        "memcg-v2-digits",
        "make_group lab memory.max=32M\n" + hog("--cgroup $group/lab", "531"),
        {**MEMCG, "oom_memcg": "/lab", "trigger": "531", "victim": {"name": "531"}},
        kernels=("6.12",),
    ),
    Provocation(
        "memcg-v2-loop",
        "make_group lab.slice/api.service memory.max=32M\n"
        "for n in 1 2 3; do inject --as api --cgroup $group/lab.slice/api.service until-killed; done\n",
        {**MEMCG, "oom_memcg": "/lab.slice/api.service", "victim": {"name": "api"}},
        events=3,
        kernels=("6.1", "5.10"),
    ),
    Provocation(
        "memcg-v2-protected",
        "make_group lab memory.max=32M\ninject --as stuck --adj -1000 --cgroup $group/lab until-killed & sleep 8\n"
        "kill -9 $(cat $group/lab/cgroup.procs)\n",
        {**MEMCG, "trigger": "stuck", "trigger_oom_score_adj": -1000, "no_killable": True, "victim": None,
         "constraint": None},
        events=None,
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        # Whom memkit names beforehand. By size the first would be "shielded", by adjustment "small".
        "memcg-v2-negative",
        "make_group lab memory.max=64M\n"
        "inject --as shielded --adj -700 --cgroup $group/lab anon 36\n"
        "inject --as chosen --adj -100 --cgroup $group/lab anon 18\n"
        "inject --as small --adj 0 --cgroup $group/lab anon 2\n"
        'memkit oom --json | sed \'s/.*"cgroup":"\\/lab"[^}]*"pid":\\([0-9]*\\).*/\\1/\' > $row/victim.pid\n'
        "inject --as asker --adj -900 --cgroup $group/lab anon 12\n",
        {**MEMCG, "oom_memcg": "/lab", "trigger": "asker", "trigger_oom_score_adj": -900,
         "victim": {"name": "chosen", "oom_score_adj": -100}},
    ),
    Provocation(
        "memcg-v1",
        "make_group lab memory.limit_in_bytes=40M\n" + hog("--adj 100 --cgroup $group/lab"),
        {**MEMCG, "oom_memcg": "/lab", "task_memcg": "/lab", "memcg_version": "v1", "limit_kb": 40 * 1024,
         "victim": {"name": "hog"}},
        kernels=WITH_V1,
        machine={"cgroup": "v1"},
    ),
    Provocation(
        "memcg-v1-memsw",
        "swapon /dev/vdb\nmake_group lab memory.limit_in_bytes=32M memory.memsw.limit_in_bytes=48M\n"
        + hog("--cgroup $group/lab"),
        {**MEMCG, "oom_memcg": "/lab", "memcg_version": "v1", "limit_kb": 32 * 1024,
         "memsw_limit_kb": 48 * 1024, "victim": {"name": "hog"}},
        kernels=WITH_V1,
        machine={"cgroup": "v1"},
    ),
    Provocation(
        "memcg-v1-ancestor",
        "make_group lab memory.use_hierarchy=1 memory.limit_in_bytes=48M\nmake_group lab/inner\n"
        "inject --as holder --cgroup $group/lab anon 8\n" + hog("--cgroup $group/lab/inner"),
        {**MEMCG, "oom_memcg": "/lab", "task_memcg": "/lab/inner", "memcg_version": "v1", "victim": {"name": "hog"}},
        kernels=WITH_V1,
        machine={"cgroup": "v1"},
    ),
    Provocation(
        "sysrq",
        BYSTANDER + "inject --as biggest --adj 0 anon 64 > $row/victim.pid\n"
        "echo 1 > /proc/sys/kernel/sysrq\necho f > /proc/sysrq-trigger\nsleep 2\n",
        {"scope": "sysrq", "order": -1, "constraint": "CONSTRAINT_NONE", "victim": {"name": "biggest"}},
    ),
    Provocation(
        "cpuset",
        "make_group lab cpuset.mems=1\n" + BYSTANDER + hog("--cgroup $group/lab"),
        {"scope": "global", "constraint": "CONSTRAINT_CPUSET", "cpuset": "lab", "mems_allowed": "1",
         "victim": {"name": "hog"}},
        machine={"qemu": TWO_NODES},
    ),
    Provocation(
        "mempolicy",
        BYSTANDER + hog("--node 1"),
        {"scope": "global", "constraint": "CONSTRAINT_MEMORY_POLICY", "nodemask": "1", "victim": {"name": "hog"}},
        kernels=("6.1", "5.10"),
        machine={"qemu": TWO_NODES},
    ),
    Provocation(
        "order",
        "inject --as steady --adj 500 anon 40\ninject fragments 200\ninject --as pipes --adj 900 pipes 60000 0 512\n",
        {"scope": "global", "constraint": "CONSTRAINT_NONE", "order": 3,
         "victim": {"name": "pipes", "oom_score_adj": 900}},
        events=None,
        alone=True,
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        "slab",
        "inject --as steady --adj 0 anon 24\n"
        "echo 10000000 > /proc/sys/fs/file-max; echo 10000000 > /proc/sys/fs/nr_open\n"
        "inject --as sockets --adj 900 sockets 400000\n",
        {**GLOBAL, "unreclaimable_slab_dump": True},
        events=None,
        alone=True,
        kernels=("6.1", "5.10"),
    ),
    Provocation(
        "tmpfs",
        BYSTANDER + "mount -o remount,size=2g /dev/shm\ndd if=/dev/zero of=/dev/shm/fill bs=64k; rm /dev/shm/fill\n",
        GLOBAL,
        events=None,
        alone=True,
        kernels=("6.1", "6.12"),
    ),
    Provocation(
        # Pages in pipes stand in no count of the dump.
        "unaccounted",
        BYSTANDER + "inject --as pipes --adj 900 pipes 60000 16 > $row/victim.pid\n",
        {**GLOBAL, "victim": {"name": "pipes", "oom_score_adj": 900}},
        events=None,
        alone=True,
        kernels=("6.1",),
    ),
    Provocation(
        # Sockets cannot be in ZONE_MOVABLE, as they could not be in a 32 bit machine's HighMem.
        "low-zone",
        "inject --as steady --adj 0 anon 24\n"
        "echo 10000000 > /proc/sys/fs/file-max; echo 10000000 > /proc/sys/fs/nr_open\n"
        "inject --as sockets --adj 900 sockets 400000\n",
        GLOBAL,
        events=None,
        alone=True,
        kernels=("6.1", "5.10"),
        machine={"append": "movablecore=300M"},
    ),
    Provocation(
        # A third of the machine is free, and kept.
        "kept-free",
        BYSTANDER + "echo 170000 > /proc/sys/vm/min_free_kbytes\n" + hog(),
        {**GLOBAL, "victim": {"name": "hog"}},
        alone=True,
        kernels=("6.1", "5.10"),
    ),
    Provocation(
        "hugepages",
        "echo 160 > /proc/sys/vm/nr_hugepages\n" + BYSTANDER + hog(),
        {**GLOBAL, "victim": {"name": "hog"}},
        kernels=("6.1", "5.10"),
    ),
    Provocation(
        "allocating-task",
        "echo 1 > /proc/sys/vm/oom_kill_allocating_task\n" + BYSTANDER + hog(),
        {**GLOBAL, "trigger": "hog", "why": "Out of memory (oom_kill_allocating_task)", "victim": {"name": "hog"}},
        kernels=("6.1",),
    ),
    Provocation(
        "earlyoom",
        "earlyoom -m 40,20 -r 0 > $row/log 2>&1 & daemon=$!\n"
        + BYSTANDER + "inject --as hog grow 100 60 > $row/victim.pid\n"
        "victim=$(cat $row/victim.pid); while [ -e /proc/$victim/exe ]; do sleep 1; done; sleep 2; kill $daemon\n",
        {"source": "earlyoom", "name": "hog", "signal": "SIGTERM", "uid": 0},
        kernels=("6.1",),
        daemon=True,
        machine={"packages": ("earlyoom",)},
    ),
    Provocation(
        "no-table",
        "echo 0 > /proc/sys/vm/oom_dump_tasks\nmake_group lab memory.max=32M\n" + hog("--cgroup $group/lab"),
        {**MEMCG, "oom_memcg": "/lab", "tasks": 0, "victim": {"name": "hog"}},
        kernels=("6.1", "5.10"),
    ),
    Provocation(
        "nothing-killable",
        "inject --foreground --as protected --adj -1000 until-killed\n",
        {"scope": "global", "order": 0, "no_killable": True, "panic": True, "victim": None},
        alone=True,
    ),
    Provocation(
        "panic-on-oom",
        "echo 1 > /proc/sys/vm/panic_on_oom; inject --foreground --as hog until-killed\n",
        {"scope": "global", "order": 0, "panic": True, "victim": None},
        alone=True,
        kernels=("6.1",),
    ),
)  # fmt: skip
