#include "smem_listing.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "analysis/system_areas.h"
#include "envelope.h"
#include "output/escape.h"
#include "output/process_views.h"
#include "output/text.h"
#include "source/errors.h"
#include "source/file_view.h"

namespace memkit {
namespace {

std::shared_ptr<Pattern> pattern_of(const Arguments& args, std::string_view option) {
  const std::optional<std::string> expression = args.value(option);
  return expression ? std::make_shared<Pattern>(option, *expression) : nullptr;
}

/// What all views read alike: threads, limits, filters.
WalkRequest common_request(const Context& context) {
  const Arguments& args = context.args;
  WalkRequest request;
  request.policy.walk_pages = !args.has("no-walk");
  if (args.has("jobs")) {
    constexpr std::uint64_t kMostThreads = 256;
    request.policy.jobs = static_cast<unsigned>(std::min(parse_count("jobs", *args.value("jobs"), 1), kMostThreads));
  } else if (!args.has("root")) {
    request.policy.jobs = Root::live().usable_cpus().value_or(1);
  }
  if (args.has("budget")) request.policy.budget_s = parse_seconds("budget", *args.value("budget"));
  if (args.has("max-rss")) request.policy.max_rss_bytes = parse_size("max-rss", *args.value("max-rss"));
  request.process_filter = pattern_of(args, "processfilter");
  request.map_filter = pattern_of(args, "mapfilter");
  request.user_filter = pattern_of(args, "userfilter");
  if (request.map_filter && !request.policy.walk_pages)
    throw UsageError("--mapfilter needs the page walk: no --no-walk");
  return request;
}

void say_what_is_missing(const Context& context, const Listing& listing) {
  std::string message;
  for (const std::string& reason : missing_reasons(listing.summary, listing.live)) {
    message += (message.empty() ? "" : "; ") + reason;
  }
  if (!message.empty()) context.messages.say(message);
  if (context.args.has("verbose")) {
    context.messages.say(fmt::format("{} processes listed, the pages of {} walked, {} not needed for --top",
                                     listing.summary.seen, listing.summary.walked, listing.summary.pruned));
  }
}

/// The boot's wall time, which start times count from. Of a capture: where it tells both its time and its uptime.
Got<std::int64_t> boot_time_s(const Host& host) {
  if (!host.time_ns) return host.time_ns.missing();
  if (!host.uptime_ms) return host.uptime_ms.missing();
  return *host.time_ns / 1'000'000'000 - static_cast<std::int64_t>(*host.uptime_ms / 1000);
}

/// Unit, container and pod of each row, by the names that local files give them.
void name_workloads(const Root& root, Listing& listing) {
  ContainerNames names(root);
  for (ProcessRow& row : listing.rows) row.workload = &listing.shared->workload_of(row.process->unit_cgroup);
  for (auto& [cgroup, workload] : listing.shared->workloads) {
    if (!workload.container.empty()) workload.container = listing.names->intern(names.container(workload.container));
    if (!workload.pod.empty()) workload.pod = listing.names->intern(names.pod(workload.pod));
  }
}

void refuse_smemcap(const Context& context) {
  const std::optional<std::string> dir = context.args.value("root");
  struct stat info {};
  if (dir && stat(dir->c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
    throw RunError("cannot open --root '" + *dir +
                   "': Not a directory; a capture of smemcap is to be unpacked first: mkdir DIR && tar xf '" + *dir +
                   "' -C DIR");
  }
}

}  // namespace

WalkRequest walk_request(const Context& context, std::span<const ColumnInfo* const> table,
                         std::span<const std::size_t> chosen, std::size_t sort) {
  WalkRequest request = common_request(context);
  const auto needs = [&](std::initializer_list<std::string_view> ids) {
    return context.json() || std::any_of(table.begin(), table.end(), [&](const ColumnInfo* const& column) {
             const auto at = static_cast<std::size_t>(&column - table.data());
             const bool used = at == sort || std::find(chosen.begin(), chosen.end(), at) != chosen.end();
             return used && std::find(ids.begin(), ids.end(), column->id) != ids.end();
           });
  };
  request.policy.read_command = needs({"command"}) || request.process_filter;
  request.policy.read_exe = needs({"exe"});
  request.policy.read_cgroup = needs({"cgroup", "unit", "container", "pod"});
  request.policy.read_oom = needs({"oom_score", "oom_score_adj"});
  request.policy.read_maps = needs({"maps"});
  return request;
}

WalkRequest walk_request_for(const Context& context, std::string_view key) {
  WalkRequest request = common_request(context);
  request.policy.read_command = key == "command" || key == "tree" || request.process_filter;
  request.policy.read_exe = key == "exe";
  request.policy.read_cgroup = key == "unit" || key == "container" || key == "pod" || key == "slice" || key == "cgroup";
  return request;
}

void bound_to_top(const Context& context, std::string_view sort, std::size_t top, WalkRequest& request) {
  if (top == 0 || !request.policy.walk_pages) return;
  std::string_view why_not;
  if (sort != "pss" && sort != "uss" && sort != "rss") why_not = "RSS does not bound the column that it sorts by";
  if (context.args.has("totals")) why_not = "--totals needs every process";
  if (context.json()) why_not = "the totals of --json need every process";
  if (request.map_filter) why_not = "RSS does not bound what --mapfilter counts";
  if (!why_not.empty()) {
    if (context.args.has("verbose")) context.messages.say(fmt::format("--top walks every process: {}", why_not));
    return;
  }
  request.policy.top = top;
  request.policy.top_figure = sort == "uss" ? TopFigure::uss : sort == "rss" ? TopFigure::rss : TopFigure::pss;
}

Listing list_no_processes(const Context& context) {
  refuse_smemcap(context);
  const Root root = context.root();
  Listing listing;
  listing.live = root.is_live();
  listing.snapshot = collect(root, Want::host | Want::meminfo);
  if (!listing.snapshot.meminfo || !listing.snapshot.meminfo->mem_total_bytes)
    throw RunError(why_no_meminfo(listing.snapshot));
  return listing;
}

Listing list_processes(const Context& context, WalkRequest& request) {
  refuse_smemcap(context);
  const Root root = context.root();
  Listing listing;
  listing.live = root.is_live();
  // meminfo and vmstat tell a capture's page size.
  const Want want = Want::host | Want::meminfo;
  listing.snapshot = collect(root, listing.live ? want : want | Want::vmstat);
  listing.shared->mem_total_bytes = listing.meminfo().mem_total_bytes;
  listing.shared->boot_time_s = boot_time_s(listing.snapshot.host);
  if (const auto ticks = root.ticks_per_s()) listing.shared->ticks_per_s = *ticks;

  const Users users(root);
  WalkPolicy& policy = request.policy;
  policy.accept = [&](const Process& process) {
    if (process.kind != ProcessKind::user) return true;
    if (request.process_filter && !request.process_filter->matches(process.name) &&
        !request.process_filter->matches(process.command)) {
      return false;
    }
    return !request.user_filter || (process.uid && request.user_filter->matches(users.name(*process.uid)));
  };
  if (request.map_filter) {
    policy.accept_mapping = [&](const Mapping& mapping) { return request.map_filter->matches(mapping_name(mapping)); };
  }
  policy.on_largest = [&](std::uint32_t pid, std::uint64_t rss_bytes) {
    constexpr std::uint64_t kWorthAWord = std::uint64_t{64} << 30;
    if (rss_bytes < kWorthAWord || policy.max_rss_bytes || policy.budget_s) return;
    // From what CAVEATS of the man page measured to what others have reported, for each page of 4 KiB.
    constexpr double kLeastSeconds = 25e-9;
    constexpr double kMostSeconds = 90e-9;
    const double pages = static_cast<double>(rss_bytes) / 4096;
    context.messages.say(
        fmt::format("process {} has {} in RAM: walking its page tables can hold up its own mmap calls for {:.1f} to "
                    "{:.1f} s; --max-rss, --budget and --no-walk avoid that",
                    pid, size_text(rss_bytes), pages * kLeastSeconds, pages * kMostSeconds));
  };

  ProcessList list = read_processes(root, policy, listing.snapshot.page_size_bytes);
  listing.summary = list.summary;
  listing.names = std::move(list.names);
  const std::string where = listing.live ? "/proc" : for_terminal(root.name()) + "/proc";
  if (list.summary.list_error != 0) {
    throw RunError(fmt::format("cannot list the processes in {}: {}", where, error_text(list.summary.list_error)));
  }
  if (list.summary.seen == 0) throw RunError(fmt::format("no process directory in {}", where));
  if (list.summary.hidden != 0 && list.summary.hidden + list.summary.vanished == list.summary.seen) {
    throw RunError(fmt::format("nothing of any process in {} can be read", where));
  }
  listing.processes = std::move(list.rows);
  listing.rows.reserve(listing.processes.size());
  for (const Process& process : listing.processes) {
    if (process.kind != ProcessKind::user) continue;
    ProcessRow row;
    if (process.uid)
      row.user =
          listing.names->intern(context.args.has("numeric") ? std::to_string(*process.uid) : users.name(*process.uid));
    row.process = &process;
    row.listing = listing.shared.get();
    listing.rows.push_back(row);
  }
  if (policy.read_cgroup) name_workloads(root, listing);
  say_what_is_missing(context, listing);
  return listing;
}

Listing list_processes(const Context& context, WalkRequest&& request) { return list_processes(context, request); }

std::string_view mapping_name(const Mapping& mapping) {
  if (mapping.name.empty()) return "<anonymous>";
  // " (deleted)" stands behind the name in the text that it is a view of: a deleted file is another than its successor.
  constexpr std::size_t kDeleted = 10;
  return mapping.deleted ? std::string_view(mapping.name.data(), mapping.name.size() + kDeleted) : mapping.name;
}

std::uint64_t measure_kernel_image(const std::string& path) {
  const FileView file(path);
  if (file.error() != 0) throw RunError("cannot read --kernel '" + path + "': " + error_text(file.error()));
  const Got<std::uint64_t> bytes = kernel_image_bytes(file.text());
  if (!bytes) throw RunError("--kernel '" + path + "' is no uncompressed kernel image (vmlinux, an ELF file)");
  return *bytes;
}

}  // namespace memkit
