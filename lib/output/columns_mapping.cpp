#include "output/columns_mapping.h"

#include <fmt/format.h>

namespace memkit {
namespace {

constexpr std::size_t kHexDigits = 16;

std::uint64_t size_of(const Mapping& mapping) { return mapping.end - mapping.start; }

template <Got<std::uint64_t> SmapsCounters::*member>
Cell counter(const MappingRow& row) {
  return to_cell(row.mapping.counters.*member);
}

template <auto member>
Cell text(const MappingRow& row) {
  const std::string_view shown = row.*member;
  if (shown.empty()) return Missing::absent;
  return shown;
}

Cell mode(const MappingRow& row) {
  if (row.mode[0] == 0) return Missing::absent;
  return std::string_view(row.mode.data(), row.mode.size());
}

Cell flags(const MappingRow& row) {
  if (row.mapping.vm_flags.empty()) return Missing::absent;
  return row.mapping.vm_flags;
}

Cell kind(const MappingRow& row) {
  if (row.kind == nullptr) return Missing::absent;
  return kind_title(row.kind->kind);
}

Cell hugetlb(const MappingRow& row) {
  const SmapsCounters& counters = row.mapping.counters;
  return to_cell(sum(counters.shared_hugetlb_bytes, counters.private_hugetlb_bytes));
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help, bool shown = false) {
  return {id, header, Unit::bytes, Align::right, shown, true, help};
}
constexpr ColumnInfo name(std::string_view id, std::string_view header, std::string_view help, bool shown = false) {
  return {id, header, Unit::none, Align::left, shown, false, help};
}

using C = SmapsCounters;
constexpr Column<MappingRow> kColumns[] = {
    {name("address", "Address", "first address, hexadecimal", true), text<&MappingRow::start>},
    {{"size", "Kbytes", Unit::bytes, Align::right, true, true, "address range, used or not", "kbytes"},
     [](const MappingRow& row) -> Cell { return size_of(row.mapping); }},
    {bytes("rss", "RSS", "in RAM, shared pages in full", true), counter<&C::rss_bytes>},
    {bytes("dirty", "Dirty", "of RSS: written to", true),
     [](const MappingRow& row) -> Cell { return to_cell(dirty_bytes(row.mapping)); }},
    {name("mode", "Mode", "r w x, s: shared", true), mode},
    {name("mapping", "Mapping", "file without its folders, or the kernel's name", true), text<&MappingRow::label>},
    {name("path", "Path", "the kernel's whole name"), text<&MappingRow::path>},
    {bytes("pss", "PSS", "its share: private, and shared divided by users"), counter<&C::pss_bytes>},
    {bytes("uss", "USS", "private pages: what unmapping gives back"),
     [](const MappingRow& row) -> Cell { return to_cell(row.mapping.counters.uss_bytes()); }},
    {bytes("swap", "Swap", "in swap; shared memory there in full"), counter<&C::swap_bytes>},
    {bytes("swap_pss", "SwapPSS", "its share of swap"), counter<&C::swap_pss_bytes>},
    {bytes("anonymous", "Anon", "of RSS: in no file"), counter<&C::anonymous_bytes>},
    {bytes("private_dirty", "PrivDirty", "of USS: written to"), counter<&C::private_dirty_bytes>},
    {bytes("private_clean", "PrivClean", "of USS: as the file has it"), counter<&C::private_clean_bytes>},
    {bytes("shared_dirty", "ShrDirty", "of RSS: written to, mapped elsewhere too"), counter<&C::shared_dirty_bytes>},
    {bytes("shared_clean", "ShrClean", "of RSS: as the file has it, mapped elsewhere too"),
     counter<&C::shared_clean_bytes>},
    {bytes("pss_dirty", "PSSDirty", "of PSS: written to"), counter<&C::pss_dirty_bytes>},
    {bytes("referenced", "Ref", "marked as used since the marks were last cleared"), counter<&C::referenced_bytes>},
    {bytes("locked", "Locked", "of PSS: locked in RAM"), counter<&C::locked_bytes>},
    {bytes("anon_huge", "AnonHuge", "in transparent huge pages"), counter<&C::anon_huge_pages_bytes>},
    {bytes("shmem_huge", "ShmemHuge", "of shared memory: in transparent huge pages"),
     counter<&C::shmem_pmd_mapped_bytes>},
    {bytes("file_huge", "FileHuge", "of files: in transparent huge pages"), counter<&C::file_pmd_mapped_bytes>},
    {bytes("hugetlb", "HugeTLB", "huge pages of hugetlbfs: not in RSS or PSS"), hugetlb},
    {bytes("lazy_free", "LazyFree", "given back if RAM is short (MADV_FREE)"), counter<&C::lazy_free_bytes>},
    {bytes("ksm", "KSM", "in pages that KSM has merged"), counter<&C::ksm_bytes>},
    {{"page_size", "PageSize", Unit::bytes, Align::right, false, false, "what the kernel maps it with"},
     [](const MappingRow& row) -> Cell { return to_cell(row.mapping.kernel_page_size_bytes); }},
    {name("vm_flags", "VmFlags", "the kernel's flags, two letters each: see proc(5)"), flags},
    {name("end", "End", "address behind the last byte, hexadecimal"), text<&MappingRow::end>},
    {name("offset", "Offset", "into the file, hexadecimal"), text<&MappingRow::offset>},
    {name("device", "Device", "of the file: major:minor, hexadecimal"), text<&MappingRow::device>},
    {{"inode", "Inode", Unit::none, Align::right, false, false, "of the file; 0: none"},
     [](const MappingRow& row) -> Cell {
       if (row.start.empty()) return Missing::absent;
       return row.mapping.inode;
     }},
    {name("kind", "Kind", "what it is for, as --kind sums up"), kind},
    {name("kind_guessed", "Guess", "whether its kind is told by its place alone"),
     [](const MappingRow& row) -> Cell {
       if (row.kind == nullptr) return Missing::absent;
       return row.kind->is_guess;
     }},
};

}  // namespace

MappingRow::MappingRow(const Mapping& shown, bool whole_path, KindOf kind_of)
    : mapping(shown),
      kind(kind_of),
      label(label_of(shown, whole_path, label_scratch_).text),
      path(path_of(shown, path_scratch_)),
      mode(mode_of(shown)) {
  start = hex(shown.start, 0);
  end = hex(shown.end, kHexDigits);
  offset = hex(shown.offset, 2 * kHexDigits);
  char* const place = digits_.data() + 3 * kHexDigits;
  const auto done =
      fmt::format_to_n(place, digits_.size() - 3 * kHexDigits, "{:02x}:{:02x}", shown.dev_major, shown.dev_minor);
  device = {place, done.size};
}

MappingRow::MappingRow(const Mapping& sums, std::string_view title) : mapping(sums), label(title) {}

std::string_view MappingRow::hex(std::uint64_t number, std::size_t place) {
  fmt::format_to_n(digits_.data() + place, kHexDigits, "{:016x}", number);
  return {digits_.data() + place, kHexDigits};
}

std::span<const Column<MappingRow>> mapping_row_columns() { return kColumns; }

void MappingTotals::add(const Mapping& mapping) {
  sum_.add(mapping.counters);
  size_bytes_ += size_of(mapping);
}

Mapping MappingTotals::as_mapping() const {
  Mapping all;
  all.end = size_bytes_;
  all.counters = sum_.total();
  return all;
}

}  // namespace memkit
