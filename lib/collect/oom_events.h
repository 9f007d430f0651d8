#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "parse/klog/oom_log.h"
#include "source/log_stream.h"
#include "source/root.h"

namespace memkit {

/// Reads a log to its end. Wall clocks of stamps without a year are placed at or before the log's own time (when the
/// file was written; now, of a pipe); those of the running kernel's own clock follow from the time of boot.
/// Events come to `sink` as they end. Returns how many lines of other programs repeated an event that is not in the
/// log.
std::uint64_t read_oom_events(LogStream& stream, const OomLog::Sink& sink);

/// The running kernel's events.
std::uint64_t read_oom_events_of_this_boot(const OomLog::Sink& sink);

/// The cgroups of those of an event's tasks that still run: the same pid and name, and started before the event. By
/// pid.
std::unordered_map<std::uint64_t, std::string> cgroups_of_tasks(const Root& root, const OomEvent& event);

/// Where captures, sosreports, supportconfigs and machines themselves keep the kernel's log, best first, as far as they
/// are in the tree.
std::vector<std::string> log_files_below(const Root& root);
/// One of them. 0 or an errno.
int read_oom_events_below(const Root& root, const std::string& path, const OomLog::Sink& sink);

}  // namespace memkit
