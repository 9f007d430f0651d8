#include "output/pmap_tables.h"

#include <fmt/format.h>

#include "analysis/groups.h"
#include "output/escape.h"
#include "output/table.h"

namespace memkit {
namespace {

constexpr std::uint64_t kKiB = 1024;

std::uint64_t size_kib(const Mapping& mapping) { return (mapping.end - mapping.start) / kKiB; }

// A process may have 65,530 rows. What stands here costs a fraction of what fmt takes to understand "{:>{}}" for each.

void append_right(std::string& row, std::string_view text, std::size_t width) {
  if (text.size() < width) row.append(width - text.size(), ' ');
  row += text;
}

void append_number(std::string& row, std::uint64_t number, std::size_t width) {
  const fmt::format_int digits(number);
  append_right(row, {digits.data(), digits.size()}, width);
}

/// A figure in KiB, right-aligned, a blank before it.
void append_kib(std::string& row, const Got<std::uint64_t>& bytes, std::size_t width) {
  row += ' ';
  bytes ? append_number(row, *bytes / kKiB, width) : append_right(row, "-", width);
}

/// Sixteen hexadecimal digits.
void append_address(std::string& row, std::uint64_t address) {
  constexpr int kBits = 64;
  for (int shift = kBits - 4; shift >= 0; shift -= 4) row += "0123456789abcdef"[address >> shift & 0xF];
}

/// What the formats of pmap have in common.
class PmapTable : public MappingTable {
 public:
  PmapTable(Out& out, const PmapStyle& style) : out_(out), style_(style) {}

 protected:
  /// Begins a row: its address and size.
  std::string& begin_row(const Mapping& mapping, std::size_t size_width) {
    row_.clear();
    append_address(row_, mapping.start);
    row_ += ' ';
    append_number(row_, size_kib(mapping), size_width);
    return row_;
  }
  void add_mode(const Mapping& mapping) {
    const std::array<char, 5> mode = mode_of(mapping);
    row_.append(" ").append(mode.data(), mode.size());
  }
  /// Ends and prints the row.
  void end_row(const Mapping& mapping) {
    const MappingLabel label = label_of(mapping, style_.whole_path, scratch_);
    row_.append(" ").append(label.indent);
    append_for_terminal(row_, label.text);
    row_ += '\n';
    out_.write(row_);
  }

  Out& out_;
  const PmapStyle style_;

 private:
  std::string scratch_;
  std::string row_;
};

class PlainTable : public PmapTable {
 public:
  using PmapTable::PmapTable;
  void begin() override {}
  // 00007f3f3107c000    152K r---- libc.so.6
  void add(const Mapping& mapping, KindOf /*kind*/) override {
    total_ += mapping.end - mapping.start;
    begin_row(mapping, 6) += 'K';
    add_mode(mapping);
    end_row(mapping);
  }
  void end() override {
    if (style_.headings) out_.print(" total {:>16}K\n", total_ / kKiB);
  }

 private:
  std::uint64_t total_ = 0;
};

class ExtendedTable : public PmapTable {
 public:
  using PmapTable::PmapTable;
  void begin() override {
    if (style_.headings) out_.write("Address           Kbytes     RSS   Dirty Mode  Mapping\n");
  }
  // 00007f3f3107c000     152     152       0 r---- libc.so.6
  void add(const Mapping& mapping, KindOf /*kind*/) override {
    const Got<std::uint64_t> dirty = dirty_bytes(mapping);
    size_ += mapping.end - mapping.start;
    rss_.add(mapping.counters.rss_bytes);
    dirty_.add(dirty);
    std::string& row = begin_row(mapping, kWidth);
    append_kib(row, mapping.counters.rss_bytes, kWidth);
    append_kib(row, dirty, kWidth);
    add_mode(mapping);
    end_row(mapping);
  }
  void end() override {
    if (!style_.headings) return;
    out_.write("---------------- ------- ------- ------- \n");
    std::string row = fmt::format("{:<16} {:>7}", "total kB", size_ / kKiB);
    append_kib(row, rss_.value(), kWidth);
    append_kib(row, dirty_.value(), kWidth);
    out_.write(row += '\n');
  }

 private:
  static constexpr std::size_t kWidth = 7;
  std::uint64_t size_ = 0;
  PartialSum rss_;
  PartialSum dirty_;
};

class DeviceTable : public PmapTable {
 public:
  using PmapTable::PmapTable;
  void begin() override {
    if (style_.headings) out_.write("Address           Kbytes Mode  Offset           Device    Mapping\n");
  }
  // 00007f3f310a2000    1368 r-x-- 0000000000026000 0fe:00000 libc.so.6
  void add(const Mapping& mapping, KindOf /*kind*/) override {
    const std::uint64_t size = mapping.end - mapping.start;
    total_ += size;
    if (mapping.perms[3] == 's') {
      shared_ += size;
    } else if (mapping.perms[1] == 'w') {
      writable_ += size;
    }
    std::string& row = begin_row(mapping, 7);
    add_mode(mapping);
    row += ' ';
    append_address(row, mapping.offset);
    fmt::format_to(std::back_inserter(row), " {:03x}:{:05x}", mapping.dev_major, mapping.dev_minor);
    end_row(mapping);
  }
  void end() override {
    if (!style_.headings) return;
    out_.print("mapped: {}K    writeable/private: {}K    shared: {}K\n", total_ / kKiB, writable_ / kKiB,
               shared_ / kKiB);
  }

 private:
  std::uint64_t total_ = 0;
  std::uint64_t writable_ = 0;
  std::uint64_t shared_ = 0;
};

/// Columns of one's choice.
class ColumnTable : public MappingTable {
 public:
  ColumnTable(Out& out, const PmapStyle& style, std::vector<std::size_t> chosen)
      : out_(out), style_(style), chosen_(std::move(chosen)) {}
  void begin() override {
    if (!style_.headings) return;
    for (const std::size_t i : chosen_) put(i, mapping_row_columns()[i].header);
    end_line();
  }
  void add(const Mapping& mapping, KindOf kind) override {
    totals_.add(mapping);
    const MappingRow row(mapping, style_.whole_path, kind);
    for (const std::size_t i : chosen_) {
      const Column<MappingRow>& column = mapping_row_columns()[i];
      put(i, cell_text(column.value(row), column.unit, table_style_));
    }
    end_line();
  }
  void end() override;

 private:
  [[nodiscard]] static std::size_t width(const ColumnInfo& column) {
    constexpr std::size_t kSize = 8;
    if (column.unit == Unit::bytes) return std::max(kSize, column.header.size());
    if (column.id == "address" || column.id == "end" || column.id == "offset") return 16;
    if (column.id == "mode") return 5;
    return column.id == "vm_flags" ? 20 : kSize;
  }
  void put(std::size_t column, std::string_view cell) {
    const ColumnInfo& info = mapping_row_columns()[column];
    const std::size_t taken = display_width(cell);
    const std::string padding(width(info) > taken ? width(info) - taken : 0, ' ');
    if (info.align == Align::right) line_ += padding;
    line_ += cell;
    if (info.align == Align::left && column != chosen_.back()) line_ += padding;
    if (column != chosen_.back()) line_ += ' ';
  }
  void end_line() {
    line_ += '\n';
    out_.write(line_);
    line_.clear();
  }

  Out& out_;
  const PmapStyle style_;
  const std::vector<std::size_t> chosen_;
  const TableStyle table_style_;
  MappingTotals totals_;
  std::string line_;
};

void ColumnTable::end() {
  if (!style_.headings) return;
  const Mapping sums = totals_.as_mapping();
  const MappingRow row(sums, std::string_view("total"));
  bool titled = false;
  for (const std::size_t i : chosen_) {
    const Column<MappingRow>& column = mapping_row_columns()[i];
    if (column.summable) {
      put(i, cell_text(column.value(row), column.unit, table_style_));
    } else {
      put(i, titled ? "" : "total kB");
      titled = true;
    }
  }
  end_line();
}

}  // namespace

std::unique_ptr<MappingTable> plain_table(Out& out, const PmapStyle& style) {
  return std::make_unique<PlainTable>(out, style);
}
std::unique_ptr<MappingTable> extended_table(Out& out, const PmapStyle& style) {
  return std::make_unique<ExtendedTable>(out, style);
}
std::unique_ptr<MappingTable> device_table(Out& out, const PmapStyle& style) {
  return std::make_unique<DeviceTable>(out, style);
}
std::unique_ptr<MappingTable> column_table(Out& out, const PmapStyle& style, std::vector<std::size_t> chosen) {
  return std::make_unique<ColumnTable>(out, style, std::move(chosen));
}

}  // namespace memkit
