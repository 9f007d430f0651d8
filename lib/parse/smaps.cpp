#include "smaps.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "key_values.h"
#include "smaps_reader.h"
#include "smaps_table.h"

namespace memkit {
namespace {

using M = Mapping;
// What a mapping has and a rollup has not. In the order in which kernels print them, before and behind the counters.
constexpr KeyTable kOwnTable(std::to_array<KeyField<M>>({
    {"Size", &M::size_bytes},
    {"KernelPageSize", &M::kernel_page_size_bytes},
    {"MMUPageSize", &M::mmu_page_size_bytes},
    {"THPeligible", &M::thp_eligible},
    {"ProtectionKey", &M::protection_key},
}));

constexpr std::string_view kDeleted = " (deleted)";
constexpr std::string_view kFlagsKey = "VmFlags:";

// Keys begin with a capital, addresses are in small hexadecimal digits.
constexpr bool begins_header(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Takes a number and the one byte that must follow it off `rest`.
template <class T>
bool take_number(std::string_view& rest, int base, char end, T& number) {
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
  if (error != std::errc{} || stop == rest.data() + rest.size() || *stop != end) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()) + 1);
  return true;
}

// 55a0c93fe000-55a0c9400000 r--p 00000000 fe:00 247498                     /usr/bin/head
// A mapping without a name ends behind the inode, with or without a blank.
bool parse_header(std::string_view line, Mapping& mapping) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!take_number(line, 16, '-', mapping.start) || !take_number(line, 16, ' ', mapping.end)) return false;
  if (line.size() < mapping.perms.size() + 1 || line[mapping.perms.size()] != ' ') return false;
  std::copy_n(line.begin(), mapping.perms.size(), mapping.perms.begin());
  line.remove_prefix(mapping.perms.size() + 1);
  if (!take_number(line, 16, ' ', mapping.offset) || !take_number(line, 16, ':', mapping.dev_major) ||
      !take_number(line, 16, ' ', mapping.dev_minor)) {
    return false;
  }
  const std::size_t digits = std::min(line.find(' '), line.size());
  const Got<std::uint64_t> inode = to_number<std::uint64_t>(line.substr(0, digits));
  if (!inode || mapping.end < mapping.start) return false;
  mapping.inode = *inode;
  line.remove_prefix(digits);
  mapping.name = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  mapping.deleted = mapping.name.ends_with(kDeleted);
  if (mapping.deleted) mapping.name.remove_suffix(kDeleted.size());
  return true;
}

// Reads lines up to the next header, or to the end of `text`.
void take_counters(std::string_view& text, Mapping& mapping) {
  std::size_t expected = 0;
  std::size_t expected_own = 0;
  while (!text.empty() && !begins_header(text.front())) {
    if (kSmapsTable.take(text, mapping.counters, expected) || kOwnTable.take(text, mapping, expected_own)) continue;
    const std::string_view line = take_line(text);
    if (line.starts_with(kFlagsKey)) {
      mapping.vm_flags = trim(line.substr(kFlagsKey.size()));
      continue;
    }
    const KeyValue pair = parse_key_value(line);
    if (!kSmapsTable.store(pair.key, pair.value, mapping.counters, expected)) {
      kOwnTable.store(pair.key, pair.value, mapping, expected_own);
    }
  }
}

void add_counter(Got<std::uint64_t>& total, const Got<std::uint64_t>& more) {
  if (total && more) {
    total = not_underflown(*total + *more);
  } else if (total.has_value() != more.has_value() || more.missing() == Missing::malformed) {
    total = Missing::malformed;
  }
}

}  // namespace

namespace {

/// Takes a mapping off `rest`; take_lines(text, mapping) reads what stands behind its header.
template <class TakeLines>
bool take_one(std::string_view& rest, Mapping& mapping, TextEnd end, TakeLines take_lines) {
  std::string_view text = complete_lines(rest);
  while (!text.empty()) {
    const bool header = begins_header(text.front());
    const std::string_view line = take_line(text);
    mapping = Mapping{};
    if (!header || !parse_header(line, mapping)) continue;
    const char* const behind_header = text.data();
    take_lines(text, mapping);
    mapping.fields = {behind_header, static_cast<std::size_t>(text.data() - behind_header)};
    if (text.empty() && end == TextEnd::more) return false;
    rest.remove_prefix(static_cast<std::size_t>(text.data() - rest.data()));
    return true;
  }
  rest.remove_prefix(end == TextEnd::last ? rest.size() : complete_lines(rest).size());
  return false;
}

}  // namespace

bool take_mapping(std::string_view& rest, Mapping& mapping, TextEnd end) {
  return take_one(rest, mapping, end, take_counters);
}

bool MappingReader::take(std::string_view& rest, Mapping& mapping, TextEnd end) {
  return take_one(rest, mapping, end, [this, end](std::string_view& text, Mapping& into) {
    const std::string_view whole = text;
    if (take_lines(text, into)) return;
    // Other lines than before: read them all, in any order.
    text = whole;
    into.counters = {};
    for (const auto& field : kOwnTable.fields()) into.*field.member = Missing::absent;
    into.vm_flags = {};
    take_counters(text, into);
    if (text.empty() && end == TextEnd::more) return;  // cut: it comes again, whole
    into.fields = whole.substr(0, whole.size() - text.size());
    learn(into);
  });
}

Got<std::uint64_t>* MappingReader::slot_of(const Line& line, Mapping& mapping) const {
  if (line.counter != nullptr) return &(mapping.counters.*line.counter);
  return line.own != nullptr ? &(mapping.*line.own) : nullptr;
}

bool MappingReader::take_one_line(const Line& line, std::string_view& text, Mapping& mapping) {
  char* const known = before_.data() + line.at;
  Got<std::uint64_t>* const slot = slot_of(line, mapping);
  if (slot == nullptr) {
    const std::string_view key(known, line.key_length);
    if (!text.starts_with(key)) return false;
    const std::string_view rest = take_line(text);
    if (key == kFlagsKey) mapping.vm_flags = trim(rest.substr(key.size()));
    return true;
  }
  Got<std::uint64_t>& value = *slot_of(line, values_);
  if (text.size() >= line.length && std::memcmp(text.data(), known, line.length) == 0) {
    *slot = value;
    text.remove_prefix(line.length);
    return true;
  }
  const char* const begin = text.data();
  if (!take_expected(text, std::string_view(known, line.key_length), *slot)) return false;
  // A figure of another width moves all lines behind it: what is kept stays as it was.
  if (static_cast<std::size_t>(text.data() - begin) != line.length) return true;
  std::memcpy(known, begin, line.length);
  value = *slot;
  return true;
}

/// False where the lines are not those that it knows; the mapping then is to be read anew.
bool MappingReader::take_lines(std::string_view& text, Mapping& mapping) {
  if (count_ == 0 || !take_one_line(lines_[0], text, mapping)) return false;
  if (take_block(text, mapping)) return true;
  const std::string_view whole = text;
  for (std::size_t i = 1; i < count_; ++i) {
    if (!take_one_line(lines_[i], text, mapping)) return false;
  }
  if (!text.empty() && !begins_header(text.front())) return false;
  keep_block(whole.substr(0, whole.size() - text.size()), mapping);
  return true;
}

/// Takes the lines behind the first at once, where they are those of a block.
bool MappingReader::take_block(std::string_view& text, Mapping& mapping) {
  for (std::size_t i = 0; i < kBlocks; ++i) {
    const std::size_t place = (recent_ + i) % kBlocks;
    const Block& block = blocks_[place];
    if (block.text.empty() || !text.starts_with(block.text)) continue;
    if (text.size() > block.text.size() && !begins_header(text[block.text.size()])) continue;
    Got<std::uint64_t>* const first = slot_of(lines_[0], mapping);
    const Got<std::uint64_t> first_value = first != nullptr ? *first : Got<std::uint64_t>();
    mapping.counters = block.values.counters;
    for (const auto& field : kOwnTable.fields()) mapping.*field.member = block.values.*field.member;
    if (first != nullptr) *first = first_value;
    if (block.values.vm_flags.data() != nullptr) {
      const auto at = static_cast<std::size_t>(block.values.vm_flags.data() - block.text.data());
      mapping.vm_flags = text.substr(at, block.values.vm_flags.size());
    }
    text.remove_prefix(block.text.size());
    recent_ = place;
    return true;
  }
  return false;
}

/// `text`: the lines of the mapping behind the first.
void MappingReader::keep_block(std::string_view text, const Mapping& mapping) {
  recent_ = (recent_ + kBlocks - 1) % kBlocks;
  Block& block = blocks_[recent_];
  block.text = text;
  block.values = mapping;
  block.values.name = block.values.fields = {};
  const std::string_view flags = mapping.vm_flags;
  const bool inside = !flags.empty() && flags.data() >= text.data() && flags.data() < text.data() + text.size();
  block.values.vm_flags =
      inside ? std::string_view(block.text).substr(static_cast<std::size_t>(flags.data() - text.data()), flags.size())
             : std::string_view();
}

/// Keeps the lines of a mapping, if they are such as a kernel prints: each with a key, each known key once.
void MappingReader::learn(const Mapping& mapping) {
  count_ = 0;
  for (Block& block : blocks_) block.text.clear();
  before_ = mapping.fields;
  values_ = mapping;
  std::string_view rest = before_;
  if (before_.size() > UINT16_MAX) return;
  std::size_t count = 0;
  std::uint64_t seen = 0;
  std::uint64_t seen_own = 0;
  while (!rest.empty()) {
    if (count == kMostLines) return;
    Line& line = lines_[count++];
    line = {};
    line.at = static_cast<std::uint16_t>(rest.data() - before_.data());
    const std::string_view text = take_line(rest);
    line.length = static_cast<std::uint16_t>(text.size() + 1);
    std::string_view key = parse_key_value(text).key;
    if (!text.starts_with(key)) return;  // blanks before it
    const std::size_t row = kSmapsTable.find(key);
    const std::size_t own = kOwnTable.find(key);
    if (row != kSmapsTable.kNone) {
      line.counter = kSmapsTable.fields()[row].member;
      if ((std::exchange(seen, seen | (std::uint64_t{1} << row)) >> row & 1) != 0) return;
    } else if (own != kOwnTable.kNone) {
      line.own = kOwnTable.fields()[own].member;
      if ((std::exchange(seen_own, seen_own | (std::uint64_t{1} << own)) >> own & 1) != 0) return;
    } else {
      // With its colon: the key of the next kernel may begin with this one.
      if (text.substr(key.size(), 1) != ":") return;
      key = text.starts_with(kFlagsKey) ? kFlagsKey : text.substr(0, key.size() + 1);
    }
    line.key_length = static_cast<std::uint16_t>(key.size());
  }
  count_ = count;
}

std::string_view name_as_printed(const Mapping& mapping) {
  return {mapping.name.data(), mapping.name.size() + (mapping.deleted ? kDeleted.size() : 0)};
}

// Pss:                   4 kB
MappingField take_field(std::string_view& fields) {
  std::string_view line = take_line(fields);
  MappingField field;
  field.key = line.substr(0, line.find(':'));
  line.remove_prefix(std::min(field.key.size() + 1, line.size()));
  field.text = trim(line);
  field.number = not_underflown(to_number<std::uint64_t>(take_word(line)));
  field.kib = take_word(line) == "kB";
  return field;
}

void SmapsSum::add(const SmapsCounters& counters) {
  if (mappings_++ == 0) {
    total_ = counters;
    return;
  }
  for (const auto& field : kSmapsTable.fields()) add_counter(total_.*field.member, counters.*field.member);
}

SmapsCounters sum_smaps(std::string_view text) {
  SmapsSum sum;
  visit_smaps(text, [&sum](const Mapping& mapping) { sum.add(mapping.counters); });
  return sum.total();
}

std::string decode_map_name(std::string_view name) {
  constexpr std::string_view kNewline = "\\012";
  std::string plain;
  plain.reserve(name.size());
  while (!name.empty()) {
    const std::size_t at = std::min(name.find(kNewline), name.size());
    plain += name.substr(0, at);
    name.remove_prefix(at);
    if (name.empty()) break;
    plain += '\n';
    name.remove_prefix(kNewline.size());
  }
  return plain;
}

}  // namespace memkit
