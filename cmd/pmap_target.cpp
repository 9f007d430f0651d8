#include "pmap_target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "analysis/pattern.h"
#include "collect/pids.h"
#include "output/escape.h"
#include "parse/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr int kNoSuchProcess = 42;  // as procps's pmap
constexpr std::string_view kProc = "/proc/";

/// A hexadecimal address, with or without 0x; `usual` where there is none.
Got<std::uint64_t> parse_address(std::string_view text, std::uint64_t usual) {
  if (text.empty()) return usual;
  if (text.starts_with("0x")) text.remove_prefix(2);
  return to_number<std::uint64_t>(text, 16);
}

[[noreturn]] void refuse_pid(std::string_view word) {
  throw UsageError(fmt::format("'{}' is no process id: give a number, or /proc and a number", for_terminal(word)));
}

/// Where no process is there at all, that is what to say.
void refuse_empty_root(const Root& root) {
  const PidList list = list_pids(root, "proc");
  const std::string where = root.is_live() ? "/proc" : for_terminal(root.name()) + "/proc";
  if (list.error != 0)
    throw RunError(fmt::format("cannot list the processes in {}: {}", where, error_text(list.error)));
  if (list.pids.empty()) throw RunError(fmt::format("no process directory in {}", where));
}

std::vector<std::uint32_t> search(const Root& root, const Pattern& pattern) {
  std::vector<std::uint32_t> found;
  refuse_empty_root(root);
  for (const std::uint32_t pid : list_pids(root, "proc").pids) {
    if (root.is_live() && pid == static_cast<std::uint32_t>(getpid())) continue;
    const MappedProcess process(root, pid);
    if (process.error() != 0 || process.kind() != ProcessKind::user) continue;
    if (pattern.matches(process.name()) || pattern.matches(process.command())) found.push_back(pid);
  }
  return found;
}

std::string list_of(std::span<const std::uint32_t> pids) { return fmt::format("{}", fmt::join(pids, ", ")); }

}  // namespace

std::string why_unread(const Root& root, int error) {
  const bool denied = error == EACCES || error == EPERM;
  if (denied && !root.is_live()) return "not readable when they were copied";
  if (denied) return "no permission: run as its user or as root, or setcap cap_sys_ptrace+ep";
  if (error == ENOENT) return "neither smaps nor maps is there";
  return error_text(error);
}

AddressRange parse_addresses(std::string_view text) {
  const std::size_t comma = text.find(',');
  const std::string_view low_text = text.substr(0, comma);
  const std::string_view high_text = comma == std::string_view::npos ? low_text : text.substr(comma + 1);
  const Got<std::uint64_t> low = parse_address(low_text, 0);
  const Got<std::uint64_t> high = parse_address(high_text, UINT64_MAX);
  if (!low || !high) {
    throw UsageError(
        fmt::format("--range takes hexadecimal addresses LOW, LOW,HIGH, LOW, or ,HIGH, not '{}'", for_terminal(text)));
  }
  return {*low, *high};
}

RowChoice choose_rows(const Arguments& args, std::span<const ColumnInfo* const> table, std::string_view usual) {
  RowChoice rows;
  rows.columns = select_columns(table, args.value("output").value_or(""));
  if (args.has("top")) rows.top = parse_count("top", *args.value("top"), 1);
  if (args.has("sort") || rows.top != 0)
    rows.sort = find_column(table, args.value("sort").value_or(std::string(usual)));
  rows.reverse = args.has("reverse") || rows.top != 0;
  return rows;
}

std::vector<std::uint32_t> parse_pids(std::span<const std::string> words) {
  std::vector<std::uint32_t> pids;
  for (const std::string& given : words) {
    std::string_view word = given;
    const bool in_proc = word.starts_with(kProc);
    if (in_proc) word.remove_prefix(kProc.size());
    if (in_proc && word.ends_with('/')) word.remove_suffix(1);
    const bool is_number = !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number && in_proc) continue;
    const Got<std::uint32_t> pid = is_number ? to_number<std::uint32_t>(word) : Missing::malformed;
    if (!pid || *pid == 0 || *pid > INT32_MAX) refuse_pid(given);
    pids.push_back(*pid);
  }
  return pids;
}

std::vector<std::uint32_t> parse_pids(const Arguments& args) {
  std::vector<std::uint32_t> pids = parse_pids(args.positionals());
  if (pids.empty() && !args.has("name")) throw UsageError("no process is named: give PID, /proc/PID or --name REGEX");
  return pids;
}

Targets find_targets(const Context& context, const Root& root) {
  Targets targets;
  targets.pids = parse_pids(context.args);
  if (!context.args.has("name")) return targets;
  targets.searched = true;
  for (const std::uint32_t pid : search(root, Pattern("name", *context.args.value("name")))) {
    if (std::find(targets.pids.begin(), targets.pids.end(), pid) == targets.pids.end()) targets.pids.push_back(pid);
  }
  return targets;
}

TargetOutcome for_each_target(const Root& root, const Targets& targets,
                              const std::function<MappingsRead(MappedProcess&)>& each) {
  TargetOutcome outcome;
  for (const std::uint32_t pid : targets.pids) {
    MappedProcess process(root, pid);
    if (process.is_gone()) {
      outcome.missing.push_back(pid);
      continue;
    }
    const MappingsRead read = each(process);
    if (read.error != 0) {
      outcome.unread.push_back(pid);
      outcome.reasons.push_back(fmt::format("cannot read the {}mappings of process {} ({}): {}",
                                            read.mappings == 0 ? "" : "rest of the ", pid, process.name(),
                                            why_unread(root, read.error)));
    }
    if (read.ended) {
      outcome.ended.push_back(pid);
      outcome.reasons.push_back(
          fmt::format("process {} ended, or began another program, while it was read: the list may be short", pid));
    }
    if (process.kind() != ProcessKind::user) {
      outcome.reasons.push_back(
          fmt::format("process {} {}: it has no memory of its own", pid,
                      process.kind() == ProcessKind::zombie ? "has ended" : "is a kernel thread"));
    }
  }
  if (!outcome.missing.empty()) {
    refuse_empty_root(root);
    outcome.reasons.push_back("no such process: " + list_of(outcome.missing));
  }
  return outcome;
}

int conclude(const Context& context, const Targets& targets, const TargetOutcome& outcome) {
  for (const std::string& reason : outcome.reasons) context.messages.say(reason);
  if (targets.searched && targets.pids.empty()) context.messages.say("no process matches --name");
  if (!outcome.missing.empty() || targets.pids.empty()) return kNoSuchProcess;
  return outcome.unread.empty() || targets.searched ? 0 : 1;
}

}  // namespace memkit
