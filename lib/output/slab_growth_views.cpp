#include "output/slab_growth_views.h"

#include <fmt/format.h>

#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

const SlabRow* most_grown(const SlabTable& table) {
  const SlabRow* most = nullptr;
  if (!table.rows) return nullptr;
  for (const SlabRow& row : *table.rows) {
    const std::int64_t growth = row.growth.growth_bytes.value_or(0);
    if (growth > 0 && (most == nullptr || growth > *most->growth.growth_bytes)) most = &row;
  }
  return most;
}

std::string amount_sentence(const SlabGrowth& growth, const SlabTable& table) {
  std::string text = fmt::format("Slab {}", size_change_text(growth.slab_bytes));
  if (growth.seconds) text += fmt::format(" in {:.1f} s", *growth.seconds);
  text += fmt::format(": reclaimable {}, unreclaimable {}", size_change_text(growth.reclaimable_bytes),
                      size_change_text(growth.unreclaimable_bytes));
  if (const SlabRow* const most = most_grown(table)) {
    text += fmt::format("; most of it {} {}", for_terminal(most->name), size_change_text(most->growth.growth_bytes));
  }
  return text + ".";
}

std::string nature_sentence(const SlabGrowth& growth) {
  switch (growth.nature) {
    case SlabGrowthNature::none:
      return fmt::format("Nothing grew by {} or more.", size_text(static_cast<std::uint64_t>(kSlabGrowthLeastBytes)));
    case SlabGrowthNature::cache:
      return "A cache that fills, not a leak: it shrinks when memory is asked for.";
    case SlabGrowthNature::pinned:
      return fmt::format(
          "A cache whose new entries are in use, not a leak of the kernel: {} of {} new dentries are "
          "unused. Files on tmpfs, open files, mounts and watches hold them.",
          *growth.unused_dentries, *growth.dentries);
    case SlabGrowthNature::unreclaimable:
      return "What grew is not reclaimable. That is growth, not yet a leak: 'memkit slab --interval 60 --count 10' "
             "shows "
             "whether it goes on.";
    case SlabGrowthNature::steady:
      return fmt::format(
          "What grew is not reclaimable, and it grew in each of {} steps: a leak looks like that. "
          "-o +aliases tells what else is in the cache, kmemleak what nobody holds.",
          growth.samples - 1);
    case SlabGrowthNature::unknown:
      break;
  }
  return "What grew cannot be told: meminfo and slabinfo are missing.";
}

}  // namespace

std::vector<std::string> slab_growth_sentences(const SlabGrowth& growth, const SlabTable& table) {
  if (growth.samples < 2) return {};
  std::vector<std::string> text{amount_sentence(growth, table), nature_sentence(growth)};
  const bool names = growth.nature == SlabGrowthNature::cache || growth.nature == SlabGrowthNature::pinned;
  if (names && growth.negative.value_or(false)) {
    text.push_back(
        fmt::format("{} of {} new dentries are negative (names looked up that do not exist): find who asks "
                    "with opensnoop -x.",
                    *growth.negative_dentries, *growth.dentries));
  }
  return text;
}

void write_slab_growth(JsonWriter& json, const SlabGrowth& growth, const SlabTable& table) {
  json.begin_object();
  json.field("samples_count", growth.samples);
  json.field("elapsed_s", growth.seconds);
  json.field("slab_bytes", growth.slab_bytes);
  json.field("reclaimable_bytes", growth.reclaimable_bytes);
  json.field("unreclaimable_bytes", growth.unreclaimable_bytes);
  json.field("dentries_count", growth.dentries);
  json.field("unused_dentries_count", growth.unused_dentries);
  json.field("negative_dentries_count", growth.negative_dentries);
  json.field("inodes_count", growth.inodes);
  json.field("nature", to_string(growth.nature));
  json.list("text", slab_growth_sentences(growth, table));
  json.end_object();
}

}  // namespace memkit
