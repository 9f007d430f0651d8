#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/pmap_tables.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// What pmap -X leaves out, of what pmap -XX shows.
constexpr std::string_view kOnlyInAll[] = {"KernelPageSize", "MMUPageSize",   "Shared_Clean",  "Shared_Dirty",
                                           "Private_Clean",  "Private_Dirty", "AnonHugePages", "VmFlags"};

class SmapsTable : public MappingTable {
 public:
  SmapsTable(Out& out, const PmapStyle& style, bool all) : out_(out), style_(style), all_(all) {
    for (const char* const title : {"Address", "Perm", "Offset", "Device", "Inode"}) add_column(title);
  }
  void begin() override {}
  void add(const Mapping& mapping, KindOf kind) override;
  void end() override;

 private:
  struct Field {
    std::string title;
    std::size_t width = 0;
    bool numeric = false;
    Got<std::uint64_t> sum = 0;
  };
  static constexpr std::size_t kOwnColumns = 5;  // of maps' line; the fields of smaps follow

  void add_column(std::string_view title) {
    fields_.push_back({std::string(title), style_.headings ? title.size() : 0, false, 0});
  }
  void add_cell(std::size_t column, std::string_view text) {
    cells_.append(text) += '\n';
    fields_[column].width = std::max(fields_[column].width, text.size());
  }
  void add_fields(std::string_view fields);
  void add_number(Field& field, const Got<std::uint64_t>& number);
  [[nodiscard]] bool shows(std::string_view key) const {
    return all_ || std::find(std::begin(kOnlyInAll), std::end(kOnlyInAll), key) == std::end(kOnlyInAll);
  }
  void print_totals(const std::vector<std::string>& sums);
  void print_row(std::string_view cells);

  Out& out_;
  const PmapStyle style_;
  const bool all_;
  std::vector<Field> fields_;
  /// A row ends in a NUL, a cell in a newline, and the label, which stands last, in neither: escaped text has none.
  std::string cells_;
  std::string scratch_;
};

void SmapsTable::add(const Mapping& mapping, KindOf /*kind*/) {
  add_cell(0, fmt::format("{:08x}", mapping.start));
  add_cell(1, for_terminal({mapping.perms.data(), mapping.perms.size()}));
  add_cell(2, fmt::format("{:08x}", mapping.offset));
  add_cell(3, fmt::format("{:02x}:{:02x}", mapping.dev_major, mapping.dev_minor));
  add_cell(4, fmt::format("{}", mapping.inode));
  add_fields(mapping.fields.empty() ? fmt::format("Size: {} kB\n", (mapping.end - mapping.start) / 1024)
                                    : std::string_view(mapping.fields));
  // The kernel's own name alone: what has none is left blank.
  if (!mapping.name.empty()) append_for_terminal(cells_, label_of(mapping, style_.whole_path, scratch_).text);
  cells_ += '\0';
}

/// The fields, each below its title; one that the mapping does not have is "-".
void SmapsTable::add_fields(std::string_view fields) {
  std::size_t column = kOwnColumns;
  while (!fields.empty()) {
    const MappingField field = take_field(fields);
    if (!shows(field.key)) continue;
    const auto at = std::find_if(fields_.begin() + static_cast<std::ptrdiff_t>(column), fields_.end(),
                                 [&](const Field& known) { return known.title == field.key; });
    for (; at != fields_.end() && column < static_cast<std::size_t>(at - fields_.begin()); ++column)
      add_cell(column, "-");
    if (column == fields_.size()) add_column(field.key);
    if (fields_[column].title != field.key) continue;  // out of the order that earlier mappings had
    const bool numeric = field.number.has_value();
    add_cell(column, numeric ? std::string(field.text.substr(0, field.text.find(' '))) : for_terminal(field.text));
    add_number(fields_[column], field.number);
    ++column;
  }
  for (; column < fields_.size(); ++column) add_cell(column, "-");
}

void SmapsTable::add_number(Field& field, const Got<std::uint64_t>& number) {
  if (!number) return;
  field.numeric = true;
  if (field.sum) field.sum = not_underflown(*field.sum + *number);
}

void SmapsTable::print_row(std::string_view cells) {
  for (const Field& field : fields_) {
    const std::size_t end = cells.find('\n');
    // A field that only later mappings have leaves earlier rows short of a cell.
    const bool is_there = end != std::string_view::npos;
    out_.print("{:>{}} ", is_there ? cells.substr(0, end) : "-", field.width);
    if (is_there) cells.remove_prefix(end + 1);
  }
  out_.print("{}\n", cells);
}

void SmapsTable::print_totals(const std::vector<std::string>& sums) {
  std::size_t indent = 0;
  for (std::size_t i = 0; i < kOwnColumns; ++i) indent += fields_[i].width + 1;
  for (const bool rule : {true, false}) {
    out_.fill(' ', indent);
    for (std::size_t i = kOwnColumns; i < fields_.size(); ++i) {
      if (!fields_[i].numeric) continue;
      out_.print("{:>{}} ", rule ? std::string(fields_[i].width, '=') : sums[i], fields_[i].width);
    }
    out_.write(rule ? "\n" : "KB \n");
  }
}

void SmapsTable::end() {
  std::vector<std::string> sums;
  for (Field& field : fields_) {
    sums.push_back(field.sum ? fmt::format_int(*field.sum).str() : "-");
    if (style_.headings) field.width = std::max(field.width, sums.back().size());
  }
  if (style_.headings) {
    for (const Field& field : fields_) out_.print("{:>{}} ", field.title, field.width);
    out_.write("Mapping\n");
  }
  std::string_view rest = cells_;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\0');
    print_row(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  if (style_.headings) print_totals(sums);
}

}  // namespace

std::unique_ptr<MappingTable> smaps_table(Out& out, const PmapStyle& style, bool all) {
  return std::make_unique<SmapsTable>(out, style, all);
}

}  // namespace memkit
