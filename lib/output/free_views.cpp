#include "output/free_views.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/columns_free.h"
#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

Tone tone_of(Health health) {
  switch (health) {
    case Health::ok:
      return Tone::good;
    case Health::noted:
      return Tone::noted;
    case Health::warning:
    case Health::critical:
      return Tone::bad;
    case Health::unknown:
      break;
  }
  return Tone::plain;
}

void print_line(Out& out, std::string_view name, const std::string& text) { out.print("{:<16}{}\n", name, text); }

std::string limit_text(const Limit& limit) {
  return limit.state == LimitState::limited ? size_text(limit.bytes) : std::string(to_string(limit.state));
}

/// "300 MiB of it is shared memory, which only swap can take" and the like, for what there is any of.
void add_share(std::string& text, const Got<std::uint64_t>& bytes, std::string_view what) {
  if (!bytes || *bytes == 0) return;
  text += fmt::format("{}{} {}", text.empty() ? "" : ", ", size_text(bytes), what);
}

void explain_formula(Out& out, const AvailableRebuilt& rebuilt) {
  const AvailableFormula* const formula = rebuilt.best();
  if (formula == nullptr) {
    print_wrapped(out, fmt::format("MemAvailable cannot be rebuilt here: {}.", rebuilt.why));
    return;
  }
  const bool reserve = formula == (rebuilt.by_reserve ? &*rebuilt.by_reserve : nullptr);
  out.print("How the kernel comes to \"available\":\n");
  const auto line = [&](char sign, std::uint64_t bytes, std::string_view what) {
    out.print("  {} {:>10}  {}\n", sign, size_text(bytes), what);
  };
  line(' ', formula->free_bytes, "MemFree");
  line('-', formula->kept_free_bytes,
       reserve ? "kept back: watermarks and lowmem reserve" : "kept back: low watermarks");
  line('+', formula->pagecache_bytes, "page cache on the file lists (no tmpfs)");
  line('-', formula->pagecache_kept_bytes, "of it taken to be in use: half, at most the low watermarks");
  line('+', formula->reclaimable_bytes, "reclaimable slab and the like");
  line('-', formula->reclaimable_kept_bytes, "of it taken to be in use");
  line('=', formula->result_bytes,
       !formula->difference_bytes        ? "an estimate: this kernel prints no MemAvailable"
       : *formula->difference_bytes == 0 ? "just what the kernel prints"
                                         : "near what the kernel prints, not exact");
  if (rebuilt.how == AvailableRebuilt::How::none && !rebuilt.why.empty())
    print_wrapped(out, fmt::format("{}.", rebuilt.why));
}

const AccountPart* find_part(const Accounting& accounting, std::string_view id) {
  for (const AccountPart& part : accounting.parts) {
    if (part.id == id) return &part;
  }
  return nullptr;
}

Got<std::uint64_t> part_bytes(const Accounting& accounting, std::string_view id) {
  const AccountPart* const part = find_part(accounting, id);
  return part == nullptr ? Got<std::uint64_t>() : part->bytes;
}

}  // namespace

std::string health_sentence(const HealthVerdict& verdict, bool color) {
  if (verdict.health == Health::unknown) return fmt::format("Available: not known - {}", verdict.why_unknown);
  std::string limit;
  for (const HealthThreshold& threshold : kHealthThresholds) {
    if (threshold.health == verdict.health) limit = fmt::format(" (below {} %)", threshold.below_pct);
  }
  std::string from;
  if (verdict.available.from == Available::From::estimate) from = ", estimated";
  if (verdict.available.from == Available::From::free) from = ", judged by free";
  if (verdict.arc.reclaimable_bytes) from += ", ZFS ARC counted in";
  return fmt::format("Available: {:.1f} % of total - {}{}{}", *verdict.usable_pct,
                     toned(to_string(verdict.health), tone_of(verdict.health), color), limit, from);
}

void print_breakdown(Out& out, const Accounting& accounting, std::span<const std::size_t> chosen,
                     const TableStyle& style) {
  TextTable text = text_table(breakdown_columns(), chosen, style);
  std::string empty_kinds;
  for (const BreakdownLine& line : breakdown_lines(accounting)) {
    if (line.size_bytes && *line.size_bytes == 0 && !line.total) {
      empty_kinds += (empty_kinds.empty() ? "" : ", ") + line.label;
      continue;
    }
    const std::vector<Cell> cells = cells_of(breakdown_columns(), chosen, line);
    line.total ? text.add_total(cells) : text.add_row(cells);
  }
  text.print(out);
  if (!empty_kinds.empty()) print_wrapped(out, "Nothing in: " + empty_kinds + ".");
  if (!accounting.residual_bytes) print_wrapped(out, fmt::format("No residual: {}.", accounting.residual_why));
  if (accounting.arc.size_bytes) {
    print_wrapped(out,
                  fmt::format("ZFS ARC holds {} (inside the kinds above); {}.", size_text(accounting.arc.size_bytes),
                              accounting.arc.reclaimable_bytes
                                  ? size_text(accounting.arc.reclaimable_bytes) + " of it can be reclaimed"
                                  : std::string(accounting.arc.why_not)));
  }
}

void print_cgroup(Out& out, const CgroupFacts& facts, const CgroupMemory& memory) {
  const auto is = [](LimitState state) {
    return [state](const LevelHeadroom& level) { return level.limit.state == state; };
  };
  if (memory.effective_limit.state == LimitState::limited) {
    out.print("{} left of the {} that {} may use\n", signed_size_text(memory.headroom_bytes),
              size_text(memory.effective_limit.bytes), for_terminal(memory.binding_path));
  } else if (std::any_of(memory.levels.begin(), memory.levels.end(), is(LimitState::limited))) {
    out.print("what is left is not known: a limit can be read, its use cannot\n");
  } else if (std::any_of(memory.levels.begin(), memory.levels.end(), is(LimitState::unknown))) {
    out.print("what is left is not known: a limit cannot be read\n");
  } else {
    out.print("no limit on memory that can be seen from here\n");
  }
  print_line(out, "cgroup",
             fmt::format("{} ({}{})", for_terminal(memory.path), facts.version == CgroupVersion::v1 ? "v1" : "v2",
                         facts.hybrid ? ", hybrid host" : ""));
  print_line(out, "usage", size_text(memory.usage_bytes));
  print_line(out, "limit", limit_text(memory.limit));
  if (memory.high.state != LimitState::unknown) print_line(out, "throttled above", limit_text(memory.high));
  print_line(out, "working set", size_text(memory.working_set_bytes) + "  (usage less inactive file cache)");
  print_line(out, "hard to reclaim",
             fmt::format("{}  (anonymous {}, shared {}, kernel {})", size_text(memory.hard_to_reclaim_bytes),
                         size_text(memory.anon_bytes), size_text(memory.shmem_bytes), size_text(memory.kernel_bytes)));
  print_line(out, "file cache", size_text(memory.file_bytes));
  print_line(out, "swap", fmt::format("{} of {}", size_text(memory.swap_usage_bytes), limit_text(memory.swap_limit)));
  if (memory.oom_kills) print_line(out, "OOM kills", fmt::format("{}", *memory.oom_kills));
  for (const LevelHeadroom& level : memory.levels) {
    if (level.limit.state != LimitState::limited) continue;
    print_line(out, "level",
               fmt::format("{}: {} of {}, {} left", for_terminal(level.path), size_text(level.current_bytes),
                           size_text(level.limit.bytes), signed_size_text(level.headroom_bytes)));
  }
  if (memory.hidden_limit_bytes) {
    print_wrapped(out, fmt::format("A level that cannot be seen from here limits it to {}.",
                                   size_text(memory.hidden_limit_bytes)));
  } else if (memory.visible_only) {
    print_wrapped(out, "Seen from inside a cgroup namespace: limits above it, if any, are not visible.");
  }
  if (facts.low_confidence) {
    print_wrapped(out,
                  "This process's cgroup is not below the mount that is visible; the mount's top stands in for it.");
  }
}

void explain_free(Out& out, const FreeRows& rows, const Accounting& accounting, const HealthVerdict& verdict,
                  const AvailableRebuilt& rebuilt) {
  print_wrapped(
      out, fmt::format("\"available\" is the figure to watch: {} of {} ({}) can be had without swapping. "
                       "\"free\" ({}) is memory that not even a cache has found a use for; a low value is no fault.",
                       size_text(verdict.usable_bytes), size_text(rows.memory.total_bytes),
                       percent_text(verdict.usable_pct), size_text(rows.memory.free_bytes)));
  if (verdict.usable_bytes && !(verdict.usable_bytes == rows.memory.available_bytes)) {
    print_wrapped(out,
                  fmt::format("The column \"available\" says {}: it is what free(1) shows{}.",
                              size_text(rows.memory.available_bytes),
                              verdict.arc.reclaimable_bytes ? ", without the ZFS ARC that gives way"
                                                            : " where the kernel prints no MemAvailable that can be"));
  }
  std::string kept;
  add_share(kept, rows.memory.shared_bytes, "is tmpfs or shared memory (only swap, or deleting it, frees that)");
  const AccountPart* const files = find_part(accounting, "page_cache");
  for (const AccountPart& inner : files == nullptr ? std::vector<AccountPart>() : files->of_which) {
    if (inner.id == "dirty") add_share(kept, inner.bytes, "must be written to disk first");
  }
  print_wrapped(out, fmt::format("buff/cache ({}) gives way when memory is asked for{}{}.",
                                 size_text(rows.memory.buff_cache_bytes), kept.empty() ? "" : ", except: ", kept));
  const Got<std::uint64_t> unreclaimable = part_bytes(accounting, "slab_unreclaimable");
  print_wrapped(out, fmt::format("\"used\" ({}) is total - available. The largest kinds in it: anonymous memory {}, "
                                 "unreclaimable slab {}, shared memory {}. 'memkit free --breakdown' has them all.",
                                 size_text(rows.memory.used_bytes), size_text(part_bytes(accounting, "anonymous")),
                                 size_text(unreclaimable), size_text(rows.memory.shared_bytes)));
  explain_formula(out, rebuilt);
}

}  // namespace memkit
