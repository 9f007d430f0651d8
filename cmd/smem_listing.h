#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/pattern.h"
#include "collect/container_names.h"
#include "collect/processes.h"
#include "collect/snapshot.h"
#include "collect/users.h"
#include "command.h"
#include "output/columns_process.h"
#include "parse/workload.h"

namespace memkit {

/// What of the processes is read. The patterns serve the policy's filters and live as long.
struct WalkRequest {
  WalkPolicy policy;
  std::shared_ptr<Pattern> process_filter;
  std::shared_ptr<Pattern> map_filter;
  std::shared_ptr<Pattern> user_filter;
};

/// The processes with memory, as rows, with everything that they point to.
struct Listing {
  Snapshot snapshot;
  bool live = false;
  std::unique_ptr<ProcessListing> shared = std::make_unique<ProcessListing>();
  std::unique_ptr<NamePool> names;
  std::vector<Process> processes;  ///< all that the walk met, those without memory too
  std::vector<ProcessRow> rows;
  WalkSummary summary;

  [[nodiscard]] Meminfo meminfo() const { return snapshot.meminfo.value_or({}); }
};

/// The files that the columns shown, and the one sorted by, ask for; all of them for JSON.
WalkRequest walk_request(const Context& context, std::span<const ColumnInfo* const> table,
                         std::span<const std::size_t> chosen, std::size_t sort);
/// The files that grouping by `key` asks for.
WalkRequest walk_request_for(const Context& context, std::string_view key);

/// Bounds the walk to what can be among the `top` largest by `sort`, where that gives the same result; where it cannot,
/// everything is walked, and --verbose says why.
void bound_to_top(const Context& context, std::string_view sort, std::size_t top, WalkRequest& request);

/// Reads the processes; says on stderr what is missing and why. Throws RunError where no process can be listed.
Listing list_processes(const Context& context, WalkRequest& request);
Listing list_processes(const Context& context, WalkRequest&& request);
/// The machine's figures alone.
Listing list_no_processes(const Context& context);

/// A mapping's name as smem groups by it: the file, "[heap]" …, "<anonymous>" where it has none.
std::string_view mapping_name(const Mapping& mapping);

/// What -K's file takes once loaded. Throws RunError where it is no kernel image that can be read.
std::uint64_t measure_kernel_image(const std::string& path);

}  // namespace memkit
