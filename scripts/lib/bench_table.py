"""Tables that read well on a terminal and as Markdown, and the facts of the machine. See scripts/bench."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path


def table(headings, rows, left=1):
    """The first `left` columns to the left, the others to the right."""
    lines = [headings, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]

    def row(cells):
        padded = [cell.ljust(width) for cell, width in zip(cells[:left], widths)]
        padded += [cell.rjust(width) for cell, width in zip(cells[left:], widths[left:])]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width + 2) for width in widths[:left]] + ["-" * (width + 1) + ":" for width in widths[left:]]
    return "\n".join([row(headings), "|" + "|".join(rule) + "|", *map(row, rows)]) + "\n"


def time_text(seconds):
    if seconds < 1e-4:
        return f"{seconds * 1e6:.2f} us"
    return f"{seconds * 1e3:.{2 if seconds < 0.1 else 0}f} ms"


def mebibytes(size):
    return f"{size / 2**20:.1f} MiB"


def first_line(*argv):
    try:
        text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return text.splitlines()[0].strip() if text.strip() else ""


def processor():
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    count = os.cpu_count()
    virtual = ", virtual machine" if re.search(r"^flags.*\bhypervisor\b", text, re.M) else ""
    return f"{model[1] if model else platform.machine()}, {count} CPU{'s' if count != 1 else ''}{virtual}"


def memory():
    total_kb = int(re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.M)[1])
    return f"{total_kb / 2**20:.1f} GiB"


def distribution():
    match = re.search(r'^PRETTY_NAME="?([^"\n]*)', Path("/etc/os-release").read_text(), re.M)
    return match[1] if match else "unknown"


def source_state():
    commit = first_line("git", "rev-parse", "--short", "HEAD")
    if not commit:
        return ""
    sources = ("cmd", "lib", "cmake", "CMakeLists.txt")
    changed = first_line("git", "status", "--porcelain", "--untracked-files=no", "--", *sources)
    return f", commit {commit}{' with changes' if changed else ''}"


def package_version(name):
    return first_line("dpkg-query", "-W", "-f", "${Version}", name)


def circumstances(memkit):
    """What the figures depend on, as a list."""
    names = ("procps", "smem", "smemstat", "hyperfine", "libbenchmark-dev")
    packages = [(name, package_version(name)) for name in names]
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    facts = [
        ("Date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("Processor", processor()),
        ("Memory", memory()),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Distribution", distribution()),
        ("Compiler", first_line("c++", "--version")),
        ("memkit", first_line(memkit, "--version").removeprefix("memkit ") + source_state()),
        ("Packages", ", ".join(f"{name} {version}" for name, version in packages if version)),
        ("Load average at the start", load),
    ]
    return "".join(f"- {name}: {value}\n" for name, value in facts)


README_BEGIN = "<!-- written by scripts/bench -->\n"
README_END = "<!-- end of what scripts/bench wrote -->\n"


def readme_table(rows, facts, pairs):
    """The table of README.md, and what it was measured on."""
    known = dict(line.removeprefix("- ").split(": ", 1) for line in facts.splitlines())
    headings = ["memkit", "In place of", "Time", "Its time", "Ratio", "Peak RSS", "Its peak"]
    text = table(headings, rows, left=2)
    text += "\nWhole commands, start to end, of the static build. Ratios under 1 are in memkit's favour; they and the times are"
    text += f"\nmedians of {pairs} rounds in which both took turns.\n\n"
    known["memkit"] = "memkit " + known["memkit"]
    return text + "".join(f"- {known[name]}\n" for name in ("memkit", "Processor", "Kernel", "Packages", "Date"))


def put_into_readme(text, readme=Path("README.md")):
    before, _, rest = readme.read_text().partition(README_BEGIN)
    _, end, after = rest.partition(README_END)
    if not end:
        raise SystemExit(f"{readme}: the marks of what scripts/bench writes are gone")
    readme.write_text(before + README_BEGIN + "\n" + text + "\n" + README_END + after)
