#include "output/pmap_json.h"

namespace memkit {

void write_process(JsonWriter& json, const MappedProcess& process) {
  constexpr std::string_view kKinds[] = {"user", "kernel_thread", "zombie"};
  json.field("pid", process.pid());
  json.field("name", process.name());
  json.field("command", process.command());
  json.field("kind", kKinds[static_cast<std::size_t>(process.kind())]);
  json.field("starttime_ticks", process.starttime_ticks());
}

void write_status(JsonWriter& json, const PidStatus& status) {
  json.key("memory");
  json.begin_object();
  json.field("vsz_bytes", status.vm_size_bytes);
  json.field("vsz_peak_bytes", status.vm_peak_bytes);
  json.field("rss_bytes", status.vm_rss_bytes);
  json.field("rss_peak_bytes", status.vm_hwm_bytes);
  json.field("swap_bytes", status.vm_swap_bytes);
  json.field("locked_bytes", status.vm_lck_bytes);
  json.field("hugetlb_bytes", status.hugetlb_pages_bytes);
  json.field("page_tables_bytes", status.page_tables_bytes());
  json.field("threads_count", status.threads);
  json.end_object();
}

void write_mapping_totals(JsonWriter& json, const MappingTotals& totals, bool known) {
  const Mapping sums = totals.as_mapping();
  const MappingRow row(sums, std::string_view());
  json.key("totals");
  json.begin_object();
  json.field("mappings_count", totals.mappings());
  for (const Column<MappingRow>& column : mapping_row_columns()) {
    if (!column.summable) continue;
    json.key(json_key(column));
    known ? json.value(column.value(row)) : json.null();
  }
  json.end_object();
}

}  // namespace memkit
