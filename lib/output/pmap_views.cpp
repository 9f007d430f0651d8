#include "output/pmap_views.h"

#include <fmt/format.h>

#include "output/escape.h"
#include "output/text.h"

namespace memkit {

std::string process_summary(const MappedProcess& process, const MappingTotals& totals, const PidStatus& status,
                            const Got<std::uint64_t>& mem_total_bytes) {
  const SmapsCounters sums = totals.as_mapping().counters;
  const Got<std::uint64_t> rss = sums.rss_bytes ? sums.rss_bytes : status.vm_rss_bytes;
  std::string text = fmt::format("{} {}: {} PSS of {} RSS, {} in swap", process.pid(), for_terminal(process.name()),
                                 size_text(sums.pss_bytes), size_text(rss),
                                 size_text(sums.swap_bytes ? sums.swap_bytes : status.vm_swap_bytes));
  const Got<double> share = percent_of(sums.pss_bytes ? sums.pss_bytes : rss, mem_total_bytes);
  if (share) text += fmt::format("; {} of RAM", percent_text(share));
  return text;
}

std::string kernel_side(const PidStatus& status) {
  return fmt::format("page tables {}: memory of the kernel, in none of the above",
                     size_text(status.page_tables_bytes()));
}

void explain_mappings(Out& out, const MappingTotals& totals, const PidStatus& status, const MappingsRead& read) {
  const Mapping sums = totals.as_mapping();
  const SmapsCounters& counters = sums.counters;
  const Got<std::uint64_t> size = sums.end;
  if (read.has_pages) {
    print_wrapped(out,
                  fmt::format("PSS, {}, is what this process costs: its private pages, and of each shared page its "
                              "part. RSS, {}, counts shared pages in full, as every other process that maps them "
                              "does; it does not add up.",
                              size_text(counters.pss_bytes), size_text(counters.rss_bytes)));
    print_wrapped(out,
                  fmt::format("USS, {}, is what comes free if it ends. {} of its memory were written to (dirty): of "
                              "anonymous memory, that can only go to swap; the rest is a copy of files.",
                              size_text(counters.uss_bytes()), size_text(dirty_bytes(sums))));
  } else {
    print_wrapped(out, "Only maps could be read: it tells addresses and names, and nothing of what is in RAM.");
  }
  print_wrapped(out,
                fmt::format("The size, {} in {} mappings, is address space. Programs reserve far more than they use; "
                            "a large size alone means nothing.",
                            size_text(size), totals.mappings()));
  print_wrapped(out, fmt::format("The kernel holds {} of page tables for it, in none of these figures.",
                                 size_text(status.page_tables_bytes())));
  print_wrapped(out, "One look cannot tell a leak: what is large may have been large since the start.");
}

}  // namespace memkit
