"""Virtual machines of the fault lab: builds what they boot, boots one, and hands back what it left."""

import io
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

KERNELS = ("5.10", "6.1", "6.12")
BUILD = Path("build/lab")
PROGRAMS = ("qemu-system-x86_64", "busybox", "cpio", "dpkg-deb", "mkfs.ext4", "c++", "strip", "jq")
LOADED_FIRST = ("virtio", "virtio_ring", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "virtio_blk")
DISK_MIB = 512


class Unable(Exception):
    """The lab cannot run here; the text says why."""


def check_programs():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if platform.machine() != "x86_64":
        raise Unable("the lab's kernels and programs are for x86_64")
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        raise Unable(f"this system lacks {', '.join(missing)}")


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def kernel_files(kernel):
    """The folder with a kernel's vmlinuz and modules, fetched when they are not there."""
    folder = BUILD / f"kernel-{kernel}"
    script = '. scripts/lib/lab_kernels.sh; lab_fetch_kernel "$1" "$2"'
    done = subprocess.run(["bash", "-c", script, "lab", kernel, folder], capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unable(f"kernel {kernel} cannot be fetched: {last}")
    return folder


def package_program(package):
    """A program of the distribution's, fetched when it is not there."""
    script = '. scripts/lib/lab_kernels.sh; lab_fetch_program "$1" "$2"'
    done = subprocess.run(["bash", "-c", script, "lab", package, BUILD], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unable(f"{package} cannot be fetched: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return BUILD / package


def newer(target, sources):
    return target.exists() and all(target.stat().st_mtime >= source.stat().st_mtime for source in sources)


def pack(folder, target, compress=()):
    """An initramfs of a folder. The kernel takes several, one behind the other."""
    names = "\n".join(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))
    command = ("cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0")
    data = run(*command, cwd=folder, input=names.encode(), capture_output=True).stdout
    if compress:
        data = run(*compress, input=data, capture_output=True).stdout
    target.write_bytes(data + bytes(-len(data) % 4))  # the next one begins at a multiple of 4


def build_injector():
    sources = sorted(Path("tests/vm").glob("*.cpp"))
    target = BUILD / "inject"
    if not newer(target, [*sources, Path("tests/vm/inject.h")]):
        flags = ("-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-DFMT_HEADER_ONLY", "-Itests")
        run("c++", *flags, "-o", target, *sources)
    return target


def libraries(program):
    """The shared libraries that a program needs, without their leading slash; none where it is static."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"/(\S+) \(0x", listed)


def copy_libraries(program, tree):
    for library in libraries(program):
        (tree / library).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(f"/{library}", tree / library)


def build_base(kernel, memkit):
    """The part of the initramfs that all machines of a kernel have in common."""
    kernel_folder, injector = kernel_files(kernel), build_injector()
    target = BUILD / f"base-{kernel}.cpio.gz"
    parts = [Path(memkit), injector, Path("tests/vm/init")]
    made_from = target.with_suffix(".from")
    if newer(target, parts) and made_from.exists() and made_from.read_text() == str(memkit):
        return target
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        for folder in ("bin", "dev", "proc", "sys", "etc", "root"):
            (tree / folder).mkdir()
        shutil.copy(shutil.which("busybox"), tree / "bin/busybox")
        run("strip", "-o", tree / "bin/memkit", memkit)
        for program in (memkit, tree / "bin/busybox"):
            copy_libraries(program, tree)
        shutil.copy(injector, tree / "bin/inject")
        shutil.copy("tests/vm/init", tree / "init")
        shutil.copytree(kernel_folder / "modules", tree / "modules")
        loaded = [f"{module}.ko" for module in LOADED_FIRST if (tree / f"modules/{module}.ko").exists()]
        (tree / "modules/load").write_text("\n".join(loaded))
        (tree / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
        pack(tree, target, ("gzip", "-1"))
        made_from.write_text(str(memkit))
    return target


def build_disk():
    """An ext4 file system for what a tmpfs cannot do: page cache that can be dropped, negative dentries."""
    target = BUILD / "disk.ext4"
    if not target.exists():
        with open(target, "wb") as image:
            image.truncate(DISK_MIB << 20)
        run("mkfs.ext4", "-q", "-F", "-N", "400000", "-O", "^has_journal", "-E", "lazy_itable_init=1", target)
    return target


@dataclass
class Machine:
    """What to boot: a kernel, the shell script that it runs, and its shape."""

    kernel: str
    script: str
    memory_mib: int = 512
    cgroup: str = "v2"
    append: str = ""
    qemu: tuple = ()
    swap_mib: int = 0
    packages: tuple = ()  # of the distribution, whose program of the same name the script runs
    timeout_s: int = 280


@dataclass
class Outcome:
    """What a machine left: its console, and the files that it put into /out by name."""

    console: str
    seconds: float
    files: dict = field(default_factory=dict)
    timed_out: bool = False

    def text(self, name):
        return self.files.get(name, b"").decode("utf-8", "replace")


def boot(machine, memkit):
    """Boots the machine and waits for its end. Emulated: what is virtual here behaves the same on every host."""
    base, kernel = build_base(machine.kernel, memkit), kernel_files(machine.kernel)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "tree").mkdir()
        (work / "tree/scenario").write_text(machine.script)
        for package in machine.packages:
            (work / "tree/bin").mkdir(exist_ok=True)
            program = shutil.copy(package_program(package), work / "tree/bin")
            copy_libraries(program, work / "tree")
        pack(work / "tree", work / "scenario.cpio")
        (work / "initrd").write_bytes(base.read_bytes() + (work / "scenario.cpio").read_bytes())
        command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max,-cx16", "-smp", "2"]  # cx16: 6.12 faults with it
        command += ["-m", str(machine.memory_mib)]
        command += ["-nodefaults", "-no-reboot", "-display", "none", "-kernel", kernel / "vmlinuz"]
        command += ["-initrd", work / "initrd", "-serial", f"file:{work}/console", "-serial", f"file:{work}/result"]
        # A host that is busy delays the emulated timer for longer than the kernel waits for it.
        command += ["-append", f"console=ttyS0 quiet panic=-1 no_timer_check lab.cgroup={machine.cgroup} {machine.append}"]
        command += ["-drive", f"file={build_disk()},format=raw,if=virtio,snapshot=on"]
        if machine.swap_mib:
            with open(work / "swap", "wb") as swap:
                swap.truncate(machine.swap_mib << 20)
            command += ["-drive", f"file={work}/swap,format=raw,if=virtio"]
        start, timed_out = time.monotonic(), False
        try:
            done = subprocess.run([*command, *machine.qemu], timeout=machine.timeout_s, capture_output=True, text=True)
            if done.returncode != 0:
                raise Unable(f"QEMU: {done.stderr.strip()}")
        except subprocess.TimeoutExpired:
            timed_out = True
        outcome = Outcome((work / "console").read_text(errors="replace"), time.monotonic() - start, timed_out=timed_out)
        result = (work / "result").read_bytes()
        if result:
            outcome.files = unpack(result)
        return outcome


def unpack(data):
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for member in archive:
                if member.isfile():
                    files[member.name.removeprefix("./")] = archive.extractfile(member).read()
    except (tarfile.TarError, EOFError, OSError):
        pass  # a machine that died while it wrote
    return files
