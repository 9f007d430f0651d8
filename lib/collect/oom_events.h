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

/// Gets the bytes of a log as they are read.
using LogPieces = std::function<void(std::string_view)>;

/// Reads a log to its end. Wall clocks of stamps without a year are placed at or before the log's own time (when the
/// file was written; now, of a pipe); those of the running kernel's own clock follow from the time of boot.
/// Events come to `sink` as they end. Returns how many lines of other programs repeated an event that is not in the
/// log.
std::uint64_t read_oom_events(LogStream& stream, const OomLog::Sink& sink, const LogPieces& pieces = nullptr);

/// The running kernel's events.
std::uint64_t read_oom_events_of_this_boot(const OomLog::Sink& sink);

/// The cgroups of those of an event's tasks that still run: the same pid and name, and started before the event. By
/// pid.
std::unordered_map<std::uint64_t, std::string> cgroups_of_tasks(const Root& root, const OomEvent& event);

/// Where captures, sosreports, supportconfigs and machines themselves keep the kernel's log, best first, as far as they
/// are in the tree.
std::vector<std::string> log_files_below(const Root& root);
/// One of them. 0 or an errno.
int read_oom_events_below(const Root& root, const std::string& path, const OomLog::Sink& sink,
                          const LogPieces& pieces = nullptr);

/// The events of the system that `root` is: live those of its kernel's own log, whose bytes go to the capture too that
/// is being taken; of a tree those of the first of log_files_below() that has any. Which log that was; missing where
/// there is none or it may not be read. Stamps are as the log has them: live ones count from boot.
Got<std::string> read_system_log(const Root& root, const OomLog::Sink& sink, const LogPieces& pieces = nullptr);

/// The same of a log that the user named ("-": standard input), in place of the system's own. Its name, as messages say
/// it. Throws RunError.
std::string read_named_log(const Root& root, const std::string& file, const OomLog::Sink& sink,
                           const LogPieces& pieces = nullptr);

}  // namespace memkit
