#include "save.h"

#include <fmt/format.h>

#include "collect/pids.h"
#include "output/escape.h"
#include "output/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

// What node_exporter's collectors of memory and a person with the capture read beside what a report does.
constexpr const char* kSystemFiles[] = {
    "proc/meminfo",
    "proc/vmstat",
    "proc/zoneinfo",
    "proc/buddyinfo",
    "proc/pagetypeinfo",
    "proc/slabinfo",
    "proc/swaps",
    "proc/vmallocinfo",
    "proc/pressure/memory",
    "proc/pressure/cpu",
    "proc/pressure/io",
    "proc/version",
    "proc/uptime",
    "proc/loadavg",
    "proc/stat",
    "proc/mounts",
    "proc/cgroups",
    "proc/filesystems",
    "proc/sysvipc/shm",
    "proc/net/sockstat",
    "proc/sys/kernel/hostname",
    "proc/sys/kernel/osrelease",
    "etc/passwd",
    "etc/hostname",
};
constexpr const char* kProcessFiles[] = {"stat",   "statm",     "status",       "smaps_rollup",
                                         "cgroup", "oom_score", "oom_score_adj"};

/// A file that has not been read yet is read, and so recorded.
void read_once(const Root& root, Recorder& recorder, const std::string& path, std::string& text) {
  if (!recorder.has(path)) root.read(path, text);
}

void save_processes(const Context& context, const Root& root, Recorder& recorder, std::string& text) {
  for (const std::uint32_t pid : list_pids(root, "proc").pids) {
    const std::string path = "proc/" + std::to_string(pid);
    const Dir dir = root.open_dir(path);
    if (!dir) continue;
    // Not one that came after the report: it would be in the capture and not in what the report says.
    if (!recorder.has(path + "/stat")) {
      recorder.forget(path);
      continue;
    }
    for (const char* const file : kProcessFiles) {
      if (!recorder.has(path + "/" + file)) dir.read(file, text);
    }
    if (context.args.has("command-lines")) dir.read("cmdline", text);
    if (context.args.has("smaps")) {
      dir.read_in_parts("smaps", text, [](std::string_view& rest, bool) {
        rest = {};
        return true;
      });
    }
  }
}

Capture about(const Root& root, const Host& host) {
  Capture capture;
  if (host.time_ns) capture.time_ns = *host.time_ns;
  if (host.monotonic_ns) capture.monotonic_ns = *host.monotonic_ns;
  capture.boot_id = host.boot_id.value_or("");
  capture.page_size_bytes = root.page_size_bytes();
  capture.ticks_per_s = root.ticks_per_s();
  capture.possible_cpus = root.possible_cpus();
  return capture;
}

}  // namespace

std::shared_ptr<Recorder> record_for_save(const Context& context, Root& root) {
  const Arguments& args = context.args;
  const std::optional<std::string> dir = args.value("save");
  if (!dir) {
    for (const char* const option : {"smaps", "command-lines"}) {
      if (args.has(option)) throw UsageError(fmt::format("--{} says what --save DIR writes; there is none", option));
    }
    return nullptr;
  }
  if (args.has("interval")) throw UsageError("--save needs one moment: no --interval");
  auto recorder = std::make_shared<Recorder>(*dir, args.has("command-lines"));
  root.record_to(recorder);
  return recorder;
}

void complete_capture(const Context& context, const Root& root, const Host& host, Recorder* recorder) {
  if (recorder == nullptr) return;
  std::string text;
  for (const char* const path : kSystemFiles) read_once(root, *recorder, path, text);
  save_processes(context, root, *recorder, text);
  recorder->finish(about(root, host));
  context.messages.say(fmt::format("saved {} files, {}, to {}", recorder->files(), size_text(recorder->bytes()),
                                   for_terminal(recorder->dir())));
}

}  // namespace memkit
