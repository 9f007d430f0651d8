#include "output/report_shared.h"

#include <algorithm>

#include "analysis/shared_memory.h"
#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::size_t kMost = 5;

std::span<const SharedFile> largest(const SharedFiles& shared) {
  return std::span(shared.files).first(std::min(kMost, shared.files.size()));
}

std::string_view holder_name(const ReportFacts& facts, const SharedFile& file) {
  for (const Process& process : facts.processes.rows) {
    if (process.pid == file.holder_pid) return process.name;
  }
  return {};
}

}  // namespace

void print_shared(Out& out, const ReportFacts& facts, const Words& words) {
  if (!facts.shared) return;
  out.print("\n{}\n", words("head.shared", size_text(unplaced_shmem(facts.snapshot))));
  for (const SharedFile& file : largest(*facts.shared)) {
    const std::string holder = words("shared.holder", for_terminal(holder_name(facts, file)), file.holder_pid);
    out.print("{:>10}  {}  {}{}\n", size_text(file.held_bytes ? file.held_bytes : file.mapped_bytes),
              for_terminal(file.name), holder,
              file.processes_count > 1 ? words("shared.others", file.processes_count - 1) : std::string());
  }
  if (facts.shared->files.empty()) print_wrapped(out, words("shared.none"));
  if (facts.shared->unread_count != 0) print_wrapped(out, words("shared.unread", facts.shared->unread_count));
}

void write_shared(JsonWriter& json, const ReportFacts& facts) {
  if (!facts.shared) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("unplaced_bytes", unplaced_shmem(facts.snapshot));
  json.field("read_processes_count", facts.shared->read_count);
  json.field("unread_processes_count", facts.shared->unread_count);
  json.key("files");
  json.begin_array();
  for (const SharedFile& file : largest(*facts.shared)) {
    json.begin_object();
    json.field("name", std::string_view(file.name));
    json.field("kind", shared_kind_id(shared_kind(file.name)));
    json.field("mapped_bytes", file.mapped_bytes);
    json.field("held_at_most_bytes", file.held_bytes);
    json.field("processes_count", file.processes_count);
    json.field("holder_pid", file.holder_pid);
    json.field("holder_name", holder_name(facts, file));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace memkit
