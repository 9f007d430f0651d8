#include "output/slab_views.h"

#include <fmt/format.h>

#include "output/columns_slab.h"
#include "output/escape.h"
#include "output/table.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr TableStyle kPlain;

std::string number(const Got<std::uint64_t>& count) { return cell_text(to_cell(count), Unit::count, kPlain); }
std::string number(const Cell& cell) { return cell_text(cell, Unit::count, kPlain); }

/// "0.19K".
std::string kilobytes(const Got<std::uint64_t>& bytes) {
  return bytes ? fmt::format("{:.2f}K", static_cast<double>(*bytes) / 1024) : "-";
}

std::string part_pct(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole) {
  const Got<double> pct = percent_of(part, whole);
  return pct ? fmt::format("{:.1f}%", *pct) : "-";
}

void print_counts(Out& out, std::string_view what, const Got<std::uint64_t>& active, const Got<std::uint64_t>& total) {
  out.print(" {:<35}: {} / {} ({})\n", what, number(active), number(total), part_pct(active, total));
}

void print_head(Out& out, const SlabTotals& totals) {
  print_counts(out, "Active / Total Objects (% used)", totals.active_objects, totals.objects);
  print_counts(out, "Active / Total Slabs (% used)", totals.active_slabs, totals.slabs);
  print_counts(out, "Active / Total Caches (% used)", totals.active_caches, totals.caches);
  out.print(" {:<35}: {} / {} ({})\n", "Active / Total Size (% used)", kilobytes(totals.active_bytes),
            kilobytes(totals.total_bytes), part_pct(totals.active_bytes, totals.total_bytes));
  out.print(" {:<35}: {} / {} / {}\n\n", "Minimum / Average / Maximum Object", kilobytes(totals.least_object_bytes),
            kilobytes(totals.mean_object_bytes), kilobytes(totals.most_object_bytes));
}

//   OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME
void print_line(Out& out, const SlabRow& row) {
  const Cell use = slabtop_use(row);
  const std::string size = row.size_bytes ? fmt::format("{}K", *row.size_bytes / 1024) : "-";
  out.print("{:>6} {:>6} {:>4} {:>8} {:>6} {:>8} {:>10} {:<23}\n", number(row.objects), number(row.active_objects),
            is_missing(use) ? "-" : number(use) + "%", kilobytes(row.object_bytes), number(row.slabs),
            number(row.objects_per_slab), size, for_terminal(row.name));
}

std::string names_with_sizes(const SlabTable& table, std::span<const std::size_t> rows) {
  std::string text;
  for (const std::size_t i : rows) {
    const SlabRow& row = (*table.rows)[i];
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", for_terminal(row.name), size_text(row.size_bytes));
  }
  return text;
}

bool is(const Got<bool>& answer) { return answer.value_or(false); }

/// "Slab 9.1 GiB = 59.0 % of RAM; 8.8 GiB of it dentry and inode caches, 97.0 % of dentries unused."
std::string amount_sentence(const SlabTable& table, const SlabFacts& facts, const SlabJudgement& judgement) {
  std::string text;
  if (table.slab_bytes) {
    text = fmt::format("Slab {} = {} of RAM", size_text(table.slab_bytes), percent_text(judgement.slab_pct));
  } else {
    text = fmt::format("Slab caches {}", size_text(table.caches_bytes));
  }
  if (judgement.dentry_inode_bytes) {
    text += fmt::format("; {} of it dentry and inode caches", size_text(judgement.dentry_inode_bytes));
  } else if (table.sreclaimable_bytes) {
    text += fmt::format("; {} of it reclaimable", size_text(table.sreclaimable_bytes));
  }
  if (judgement.unused_pct) {
    text += fmt::format(", {} of {} dentries unused", percent_text(judgement.unused_pct),
                        number(facts.dentry_state.dentries));
  }
  return text + ".";
}

void add_cache_sentences(std::vector<std::string>& text, const SlabJudgement& judgement) {
  if (is(judgement.pinned)) {
    text.push_back(fmt::format(
        "A cache whose entries are in use: only {} of dentries are unused, so little of it gives way. Files "
        "on tmpfs, open files, mounts and watches hold them; they, not the cache, are what is too many.",
        percent_text(judgement.unused_pct)));
  } else if (is(judgement.large_cache)) {
    text.push_back("A cache, not a leak: it shrinks when memory is asked for.");
  }
  if (is(judgement.never_given_back)) {
    text.emplace_back(
        "But vm.vfs_cache_pressure is 0: dentries and inodes are not given back, and memory may run out first.");
  }
  if (is(judgement.negative)) {
    text.push_back(
        fmt::format("{} of dentries are negative (names looked up that do not exist): find who asks with opensnoop -x.",
                    percent_text(judgement.negative_pct)));
  }
}

void add_worry_sentences(std::vector<std::string>& text, const SlabTable& table, const SlabJudgement& judgement) {
  if (is(judgement.unreclaimable)) {
    text.push_back(fmt::format("SUnreclaim {} = {} of RAM is not given back. Largest: {}.",
                               size_text(table.sunreclaim_bytes), percent_text(judgement.sunreclaim_pct),
                               names_with_sizes(table, judgement.largest_unreclaimable)));
    text.emplace_back(
        "One sample does not tell a leak from a large use: 'memkit slab --interval 60 --count 10' shows whether it "
        "grows. "
        "A cache may hold the objects of others that were merged into it (-o +aliases); booting with slab_nomerge "
        "keeps "
        "them apart, and kmemleak finds what nobody holds.");
  }
  if (is(judgement.large_kmalloc)) {
    text.push_back(
        fmt::format("{} of Slab is in no cache: kmalloc of more than two pages, which no file here names. "
                    "/proc/allocinfo does where the kernel has it; /proc/vmallocinfo tells related use.",
                    size_text(table.large_kmalloc_bytes())));
  }
  if (judgement.fragmented) {
    for (const std::size_t i : *judgement.fragmented) {
      const SlabRow& row = (*table.rows)[i];
      text.push_back(
          fmt::format("{} is mostly empty: {} of its objects are in use, {} are idle in slabs that others "
                      "hold. Memory pressure frees what can be freed; do not drop caches in production.",
                      for_terminal(row.name), percent_text(row.use_pct), size_text(row.waste_bytes)));
    }
  }
}

Got<bool> any_fragmented(const SlabJudgement& judgement) {
  return judgement.fragmented.transform([](const std::vector<std::size_t>& rows) { return !rows.empty(); });
}

}  // namespace

void print_slabtop(Out& out, std::span<const SlabRow> rows, std::span<const std::size_t> order, bool headings) {
  if (headings) {
    print_head(out, slab_totals(rows));
    out.print("{:>6} {:>6} {:>4} {:>8} {:>6} {:>8} {:>10} {:<23}\n", "OBJS", "ACTIVE", "USE", "OBJ SIZE", "SLABS",
              "OBJ/SLAB", "CACHE SIZE", "NAME");
  }
  for (const std::size_t i : order) print_line(out, rows[i]);
}

std::vector<std::string> slab_sentences(const SlabTable& table, const SlabFacts& facts,
                                        const SlabJudgement& judgement) {
  std::vector<std::string> text{amount_sentence(table, facts, judgement)};
  add_cache_sentences(text, judgement);
  add_worry_sentences(text, table, judgement);
  const bool all_judged = judgement.large_cache && judgement.unreclaimable && judgement.large_kmalloc;
  if (text.size() == 1 && all_judged) {
    text.push_back(fmt::format("Nothing stands out: it would at {:.0f} % of RAM, or {:.0f} % that is not reclaimable.",
                               kSlabThresholds.large_pct, kSlabThresholds.unreclaimable_pct));
  }
  if (table.rest_bytes.value_or(0) < 0) {
    text.push_back(fmt::format(
        "The caches add up to {} more than Slab: the two are not read at once, and slabs may be smaller than "
        "slabinfo says.",
        size_text(static_cast<std::uint64_t>(-*table.rest_bytes))));
  }
  return text;
}

void explain_slab(Out& out, const SlabTable& table, const SlabFacts& facts) {
  print_wrapped(out, "The kernel keeps its small objects in caches, one for each kind, cut from slabs of whole pages.");
  if (table.rest_bytes) {
    print_wrapped(
        out,
        fmt::format("The caches take {}, meminfo's Slab is {}. The difference of {} is kmalloc above two "
                    "pages, which has no cache, or what moved between the two reads.",
                    size_text(table.caches_bytes), size_text(table.slab_bytes), signed_size_text(table.rest_bytes)));
  }
  if (table.sreclaimable_bytes && table.sunreclaim_bytes) {
    print_wrapped(out,
                  fmt::format("SReclaimable {} is given back when memory is asked for, and free and MemAvailable count "
                              "it so. SUnreclaim {} is not: growth there is what to look for.",
                              size_text(table.sreclaimable_bytes), size_text(table.sunreclaim_bytes)));
  }
  print_wrapped(
      out,
      "CACHE SIZE is what a cache takes; OBJS times OBJ SIZE is less, since slabs have unused ends, and ACTIVE "
      "times OBJ SIZE less again. The sizes in the head are of objects, so they are below Slab.");
  if (facts.dentry_state.dentries && facts.dentry_state.unused) {
    print_wrapped(out,
                  fmt::format("{} names are cached (dentries), {} of them held by nobody; the kernel keeps those only "
                              "because nothing has wanted the memory yet. {} are negative: lookups of names that do "
                              "not exist.",
                              number(facts.dentry_state.dentries), number(facts.dentry_state.unused),
                              facts.dentry_state.negative ? number(facts.dentry_state.negative) : "An unknown number"));
  }
  print_wrapped(
      out,
      "The usual misreading: a large dentry or inode cache is taken for a leak, and caches are dropped. It comes "
      "back, and files are slower until it has.");
}

void write_slab_sums(JsonWriter& json, const SlabTable& table, const SlabTotals& totals, const SlabFacts& facts) {
  json.field("page_size_bytes", table.page_size_bytes);
  json.key("meminfo");
  json.begin_object();
  json.field("mem_total_bytes", table.mem_total_bytes);
  json.field("slab_bytes", table.slab_bytes);
  json.field("sreclaimable_bytes", table.sreclaimable_bytes);
  json.field("sunreclaim_bytes", table.sunreclaim_bytes);
  json.end_object();
  json.key("check");
  json.begin_object();
  json.field("caches_bytes", table.caches_bytes);
  json.field("rest_bytes", table.rest_bytes);
  json.field("large_kmalloc_bytes", table.large_kmalloc_bytes());
  json.end_object();
  json.key("totals");
  json.begin_object();
  const bool known = table.rows.has_value();
  const auto figure = [&](const char* name, const Got<std::uint64_t>& value) {
    json.field(name, known ? value : Got<std::uint64_t>(table.rows.missing()));
  };
  figure("active_objects_count", totals.active_objects);
  figure("objects_count", totals.objects);
  figure("active_slabs_count", totals.active_slabs);
  figure("slabs_count", totals.slabs);
  figure("active_caches_count", totals.active_caches);
  figure("caches_count", totals.caches);
  figure("active_objects_bytes", totals.active_bytes);
  figure("objects_bytes", totals.total_bytes);
  figure("least_object_bytes", totals.least_object_bytes);
  figure("mean_object_bytes", totals.mean_object_bytes);
  figure("most_object_bytes", totals.most_object_bytes);
  json.end_object();
  json.key("dentries");
  json.begin_object();
  json.field("dentries_count", facts.dentry_state.dentries);
  json.field("unused_count", facts.dentry_state.unused);
  json.field("negative_count", facts.dentry_state.negative);
  json.end_object();
  json.key("inodes");
  json.begin_object();
  json.field("inodes_count", facts.inode_state.inodes);
  json.field("unused_count", facts.inode_state.unused);
  json.end_object();
  json.field("vfs_cache_pressure", facts.vfs_cache_pressure);
}

void write_slab_judgement(JsonWriter& json, const SlabTable& table, const SlabFacts& facts,
                          const SlabJudgement& judgement) {
  json.begin_object();
  json.field("slab_pct", judgement.slab_pct);
  json.field("reclaimable_pct", judgement.reclaimable_pct);
  json.field("sunreclaim_pct", judgement.sunreclaim_pct);
  json.field("dentry_inode_bytes", judgement.dentry_inode_bytes);
  json.field("dentry_inode_pct", judgement.dentry_inode_pct);
  json.field("unused_dentries_pct", judgement.unused_pct);
  json.field("negative_dentries_pct", judgement.negative_pct);
  json.field("large_kmalloc_pct", judgement.large_kmalloc_pct);
  json.field("large_cache", judgement.large_cache);
  json.field("pinned", judgement.pinned);
  json.field("unreclaimable", judgement.unreclaimable);
  json.field("negative_dentries", judgement.negative);
  json.field("large_kmalloc", judgement.large_kmalloc);
  json.field("fragmented", any_fragmented(judgement));
  json.field("never_given_back", judgement.never_given_back);
  json.list("text", slab_sentences(table, facts, judgement));
  json.end_object();
}

void write_slab_row(JsonWriter& json, const SlabRow& row) {
  json.begin_object();
  for (const Column<SlabRow>& column : slab_columns()) {
    json.key(json_key(column));
    if (column.id != "aliases" || !row.aliases) {
      json.value(column.value(row));
      continue;
    }
    json.begin_array();
    for (const std::string& alias : *row.aliases) json.value(alias);
    json.end_array();
  }
  json.end_object();
}

}  // namespace memkit
