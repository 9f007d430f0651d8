#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "collect/mappings.h"
#include "command.h"
#include "output/rows.h"

namespace memkit {

/// Addresses of --range; all where it is not given.
struct AddressRange {
  std::uint64_t low = 0;
  std::uint64_t high = UINT64_MAX;  ///< the last address that is in it

  [[nodiscard]] bool holds(const Mapping& mapping) const { return mapping.end > low && mapping.start <= high; }
};

/// "LOW" (what holds this address), "LOW,HIGH", "LOW,", ",HIGH"; hexadecimal. Else UsageError.
AddressRange parse_addresses(std::string_view text);

/// Columns, order and number of rows, by --output, --sort, --reverse and --top, which goes by `usual` without --sort.
RowChoice choose_rows(const Arguments& args, std::span<const ColumnInfo* const> table, std::string_view usual);

/// The processes that words name: see parse_pids(args), which this serves.
std::vector<std::uint32_t> parse_pids(std::span<const std::string> words);

/// The processes that the command line names: "12", "/proc/12"; other names below /proc are passed over,
/// so that /proc/* can be given. Throws UsageError for what is no number of a process, and where none is named.
std::vector<std::uint32_t> parse_pids(const Arguments& args);

/// Why a process's mappings could not be read (an errno of MappingsRead), and the way out.
std::string why_unread(const Root& root, int error);

/// The processes named, and those that --name finds.
struct Targets {
  std::vector<std::uint32_t> pids;
  bool searched = false;  ///< by --name: those that may not be read are passed over
};
Targets find_targets(const Context& context, const Root& root);

/// What became of the processes that were asked for.
struct TargetOutcome {
  std::vector<std::uint32_t> missing;  ///< no such process
  std::vector<std::uint32_t> unread;   ///< there, and their mappings may not or cannot be read
  std::vector<std::uint32_t> ended;    ///< in mid-read
  std::vector<std::string> reasons;    ///< of all these, a clause each: for standard error
};

/// Calls each(process) for every target that is there; each says how the read went.
TargetOutcome for_each_target(const Root& root, const Targets& targets,
                              const std::function<MappingsRead(MappedProcess&)>& each);

/// Says on standard error what was left out; the exit status: 42 where a process is missing, 1 where one named could
/// not be read, else 0.
int conclude(const Context& context, const Targets& targets, const TargetOutcome& outcome);

}  // namespace memkit
