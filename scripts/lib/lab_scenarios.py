"""The table of the fault lab: what is done to a machine, and which finding must come first."""

from dataclasses import dataclass, field

CONSOLE = "CONSOLE"  # in a question: the console that the machine left, asked on the host
HEALTHY = "healthy"  # no finding above info
REPORT = "as=report told memkit report --json --interval 2\n"
AS_NOBODY = "echo 0 > /out/report.status; su -s /bin/sh nobody -c 'memkit report --json --interval 2' > /out/report\n"
BIG_FILE = "dd if=/dev/zero of=/disk/big bs=1M count={} 2> /dev/null; sync\n"
THE_CGROUP = '[.cgroups[].cgroup | select(. != "/")][0]'  # of psi --by cgroup: the first that is not the machine
KILLED = '.events[0] | [.oom_memcg // "/"] + ([.kills[].name] | unique) | join(" ")'  # of oom --log: whose, who
NEXT_VICTIM = ".ranking.processes[0].name"
TWO_NODES = ("-object", "memory-backend-ram,id=m0,size=256M", "-numa", "node,nodeid=0,cpus=0,memdev=m0",
             "-object", "memory-backend-ram,id=m1,size=256M", "-numa", "node,nodeid=1,cpus=1,memdev=m1")  # fmt: skip
BASIC, EVERYWHERE = ("6.1",), ("6.1", "5.10", "6.12")
KILL_IN_A_CGROUP = """
make_group lab memory.max=32M
while :; do inject --as victim --cgroup $group/lab until-killed; done &
sleep 4
"""


@dataclass
class Ask:
    """What another command says of the fault: a filter of jq's on its JSON, and what that must give."""

    command: str
    jq: str
    expected: str


@dataclass
class Scenario:
    """One fault. Sizes fit a machine of 512 MB, of which about 470 are MemTotal."""

    name: str
    expected: str
    script: str
    kernels: tuple = BASIC
    report: str = REPORT
    machine: dict = field(default_factory=dict)
    quick: bool = False
    asks: tuple = ()  # what else is asked of memkit there
    panics: bool = False  # the machine leaves its console alone, and the first of `asks` finds the fault


SCENARIOS = (
    Scenario("healthy-idle", HEALTHY, "sleep 2\n", EVERYWHERE, quick=True),
    Scenario("healthy-page-cache", HEALTHY, BIG_FILE.format(450) + "cat /disk/big > /dev/null; sleep 20\n",
             EVERYWHERE),
    Scenario("healthy-database", HEALTHY, """
echo 80 > /proc/sys/vm/nr_hugepages
inject --as postgres hugepages 156
sleep 2
""", EVERYWHERE),
    Scenario("healthy-streaming", HEALTHY, BIG_FILE.format(450) + "sleep 15; inject reads /disk/big; sleep 3\n",
             EVERYWHERE),
    Scenario("anon-leak", "anon-growth", BIG_FILE.format(300) + """
cat /disk/big > /dev/null
inject --as leaker grow 150 10
""", EVERYWHERE, asks=(Ask("oom", NEXT_VICTIM, "leaker"),)),
    Scenario("anon-hog", "available-low", "inject --as hog anon 410\n", quick=True,
             asks=(Ask("oom", NEXT_VICTIM, "hog"),)),
    Scenario("tmpfs-hog", "tmpfs-heavy", """
mount -o remount,size=1g /dev/shm
dd if=/dev/zero of=/dev/shm/fill bs=1M count=250 2> /dev/null
""", EVERYWHERE),
    Scenario("memfd-hog", "tmpfs-heavy", "inject --as holder memfd 415\n"),
    Scenario("deleted-shm", "tmpfs-heavy", """
mount -o remount,size=1g /dev/shm
inject --as holder deleted 250 /dev/shm/gone
"""),
    Scenario("sysv-orphan", "shm-orphaned", "inject --foreground sysv 150\n", EVERYWHERE),
    Scenario("dentry-bloat", "slab-reclaimable-large", """
mkdir /disk/many
inject --foreground files /disk/many 140000
"""),
    Scenario("dentry-negative", "dentry-negative", """
mkdir /disk/none
inject --foreground negative /disk/none 300000
"""),
    Scenario("slab-growth", "slab-unreclaimable", """
echo 4000000 > /proc/sys/fs/file-max
echo 4000000 > /proc/sys/fs/nr_open
inject --as leaker sockets 30000 2000
"""),
    Scenario("pagetables", "pagetables-heavy", "inject --as worker pagetables 120 128\n", EVERYWHERE),
    Scenario("threads", "kernel-stacks", "inject --as spawner threads 1500\n"),
    Scenario("mlock", "memory-locked", "inject --as locker locked 415\n", EVERYWHERE),
    Scenario("hugepages-idle", "hugepages-idle", "echo 100 > /proc/sys/vm/nr_hugepages\n", EVERYWHERE),
    Scenario("vmalloc", "vmalloc-heavy", "inject --as loader vmalloc 80\n"),
    Scenario("unaccounted-ring", "unaccounted", "inject --as sniffer packet-ring 96\n"),
    Scenario("unaccounted-pipes", "unaccounted", "inject --as plumber pipes 400 64\n"),
    Scenario("unaccounted-ramdisk", "unaccounted", """
insmod /modules/brd.ko rd_nr=1 rd_size=262144
dd if=/dev/zero of=/dev/ram0 bs=1M count=128 2> /dev/null
sync
echo 3 > /proc/sys/vm/drop_caches
"""),
    Scenario("swap-thrash", "swap-thrashing", """
swapon /dev/vdb
inject --as thrasher spin 540 &
sleep 25
""", EVERYWHERE, machine={"swap_mib": 512}),
    Scenario("swap-thrash-file", "swap-thrashing", """
dd if=/dev/zero of=/disk/swap bs=1M count=300 2> /dev/null
mkswap /disk/swap > /dev/null
swapon /disk/swap
inject --as thrasher spin 540 &
sleep 25
"""),
    Scenario("swap-thrash-zram", "swap-thrashing", """
for module in zsmalloc lzo-rle zram; do insmod /modules/$module.ko; done
echo 400M > /sys/block/zram0/disksize
mkswap /dev/zram0 > /dev/null
swapon /dev/zram0
inject --as thrasher spin 560 &
sleep 25
"""),
    Scenario("file-thrash", "file-thrashing", BIG_FILE.format(48) + """
echo 3 > /proc/sys/vm/drop_caches  # written by the root cgroup, the file would stay its
make_group lab memory.max=24M
for n in 1 2; do inject --as reader-$n --cgroup $group/lab maps /disk/big; done
sleep 20
""", EVERYWHERE, asks=(Ask("psi --by cgroup", THE_CGROUP, "/lab"),)),
    Scenario("throttled", "memcg-throttled", """
make_group lab memory.high=40M
inject --as slowed --cgroup $group/lab grow 20 40 &
sleep 12
""", asks=(Ask("psi --by cgroup", THE_CGROUP, "/lab"),)),
    Scenario("memcg-near", "memcg-limit", """
make_group lab memory.max=100M
inject --as holder --cgroup $group/lab anon 95
""", EVERYWHERE, asks=(Ask("smem --by cgroup -r", ".groups[0].group", "/lab"),)),
    Scenario("memcg-ancestor", "memcg-limit", """
make_group lab.slice memory.max=100M
make_group lab.slice/web.service memory.max=300M
inject --as holder --cgroup $group/lab.slice/web.service anon 95
""", asks=(Ask("smem --by cgroup -r", ".groups[0].group", "/lab.slice/web.service"),)),
    Scenario("memcg-oom", "memcg-oom", KILL_IN_A_CGROUP, EVERYWHERE, asks=(Ask("oom --log", KILLED, "/lab victim"),)),
    # The first x86-64 processor of all: what a newer one does at once is done in steps.
    Scenario("oldest-processor", "memcg-oom", KILL_IN_A_CGROUP, asks=(Ask("oom --log", KILLED, "/lab victim"),),
             machine={"qemu": ("-cpu", "qemu64")}),
    Scenario("memcg-oom-group", "memcg-oom", """
make_group lab memory.max=48M memory.oom.group=1
inject --as helper --cgroup $group/lab anon 4
inject --as victim --cgroup $group/lab until-killed
""", asks=(Ask("oom --log", KILLED, "/lab helper victim"),)),
    Scenario("global-oom", "oom-recent", "inject --as victim until-killed\n", EVERYWHERE,
             asks=(Ask("oom --log", KILLED, "/ victim"),)),
    # Nothing may be killed, not even what asks: the machine panics, and its serial console is the log.
    Scenario("no-killable", "nothing-killable", """
echo -1000 > /proc/self/oom_score_adj
dmesg -n 8
inject --as steady anon 24
inject --foreground --as asker until-killed
""", EVERYWHERE, panics=True, asks=(
        Ask(f"oom --log {CONSOLE}", ".events[0].story.reason", "nothing-killable"),
        Ask(f"oom --log {CONSOLE}", ".events[0] | .nothing_killable and .panic != null", "true"),
        Ask(f"oom --log {CONSOLE}", '.events[0].story.evidence[] | select(.name == "largest_name").value', "asker"),
    )),
    Scenario("overcommit", "overcommit-limit", """
sysctl -q vm.overcommit_memory=2 vm.overcommit_ratio=60
inject --as committer anon 255
""", EVERYWHERE),
    Scenario("min-free", "min-free-odd", "echo 100000 > /proc/sys/vm/min_free_kbytes; sleep 12\n", EVERYWHERE),
    # What the initramfs takes of the node differs from boot to boot: all but 17 MB of what is free.
    Scenario("numa-imbalance", "numa-imbalance", """
free=$(awk '/MemFree/ {print int($4 / 1024)}' /sys/devices/system/node/node1/meminfo)
inject --as bound --node 1 anon $((free - 17))
""", machine={"qemu": TWO_NODES}),
    Scenario("fragmented", "fragmented", """
for setting in enabled defrag; do  # off below 512 MB
  echo always > /sys/kernel/mm/transparent_hugepage/$setting
done
echo 0 > /proc/sys/vm/compact_unevictable_allowed
echo 200000 > /proc/sys/vm/max_map_count
inject --as holder locked-fragments 400
echo 10 > /proc/sys/vm/nr_hugepages  # what blocks are left, short of what hugepages-idle minds
inject --as asker huge-requests
sleep 4
"""),
    Scenario("dying-cgroups", "dying-cgroups", """
make_group one/two
for n in $(seq 1300); do
  mkdir $group/c
  (echo 0 > $group/c/cgroup.procs; echo x > /dev/shm/$n)
  rmdir $group/c
done
"""),
    Scenario("no-psi", HEALTHY, "sleep 2\n", EVERYWHERE, machine={"append": "psi=0"}),
    Scenario("non-root", "limited-view", "", report=AS_NOBODY),
    Scenario("hidepid", "limited-view", "mount -o remount,hidepid=2 /proc\n", report=AS_NOBODY),
)  # fmt: skip
