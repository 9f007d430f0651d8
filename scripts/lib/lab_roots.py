"""Captures of the lab's kernels for testdata/roots. Run scripts/capture-lab-roots, not this."""

import io
import shutil
import sys
import tarfile
from pathlib import Path

from lab_scenarios import TWO_NODES
from lab_vm import KERNELS, Machine, Unable, boot, check_programs

# A little of everything: two nodes, swap in use, a cgroup at its limit, huge pages, a tmpfs, a segment that nobody is
# attached to, locked memory. In a PID namespace of its own, which leaves the kernel's threads out.
SCENE = """
swapon /dev/vdb
echo 8 > /proc/sys/vm/nr_hugepages
make_group lab.slice/db.service {limits}
make_group lab.slice/web.service
dd if=/dev/zero of=/disk/file bs=1M count=24 2> /dev/null; cat /disk/file > /dev/null
dd if=/dev/zero of=/dev/shm/file bs=1M count=9 2> /dev/null
cat > /scene << 'END'
inject --as database --uid 65534 --cgroup $group/lab.slice/db.service anon 40
inject --as web --adj 300 --cgroup $group/lab.slice/web.service memfd 6
inject --as locker locked 5
inject --as huge hugepages 8
inject --foreground sysv 3
memkit report --save /out/root --smaps > /out/said
END
unshare -m -p -f --mount-proc sh /scene
"""
LIMITS = {
    "v1": "memory.limit_in_bytes=24M",
    "v2": "memory.max=24M memory.swap.max=64M",
}
ROOTS = (("5.10", "v1"), ("6.1", "v2"), ("6.12", "v2"))


def capture(kernel, version, memkit, target):
    script = SCENE.format(limits=LIMITS[version]) + "tar -c -C /out/root . > /out/root.tar; rm -r /out/root\n"
    machine = Machine(kernel, script, cgroup=version, swap_mib=64, qemu=TWO_NODES)
    outcome = boot(machine, memkit)
    if "root.tar" not in outcome.files:
        sys.exit(f"capture-lab-roots: {kernel}: {outcome.text('said')}{outcome.console[-2000:]}")
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(outcome.files["root.tar"])) as archive:
        archive.extractall(target)
    files = [path for path in target.rglob("*") if path.is_file()]
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    print(f"{target}: {len(files)} files, {sum(path.stat().st_size for path in files) // 1024} KiB")


def main(kernels, memkit="build/static/memkit", below="testdata/roots"):
    check_programs()
    for kernel, version in ROOTS:
        if kernel in (kernels or KERNELS):
            capture(kernel, version, memkit, Path(below) / f"{kernel}-x86_64-qemu-{version}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Unable as reason:
        sys.exit(f"capture-lab-roots: {reason}")
