#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "output/columns_mapping.h"
#include "output/out.h"

namespace memkit {

/// How pmap shows mappings.
struct PmapStyle {
  bool headings = true;  ///< heading and totals: all but pmap -q
  bool whole_path = false;
};

/// A table of mappings that is printed as they come: nothing of a row is kept, so column widths are fixed, and what is
/// wider pushes its own line alone.
class MappingTable {
 public:
  virtual ~MappingTable() = default;
  virtual void begin() = 0;
  virtual void add(const Mapping& mapping, KindOf kind) = 0;
  virtual void end() = 0;
};

/// The formats of procps-ng's pmap, to the byte but for names: see label_of().
std::unique_ptr<MappingTable> plain_table(Out& out, const PmapStyle& style);     ///< pmap
std::unique_ptr<MappingTable> extended_table(Out& out, const PmapStyle& style);  ///< pmap -x
std::unique_ptr<MappingTable> device_table(Out& out, const PmapStyle& style);    ///< pmap -d
/// pmap -X: the fields of smaps under the kernel's names, known to memkit or not; `all`, pmap -XX: with those that
/// pmap -X leaves out. Its columns are as wide as their cells, so figures (no text of the kernel's) are kept.
std::unique_ptr<MappingTable> smaps_table(Out& out, const PmapStyle& style, bool all);
/// Chosen columns of mapping_row_columns(), sizes in KiB.
std::unique_ptr<MappingTable> column_table(Out& out, const PmapStyle& style, std::vector<std::size_t> chosen);

}  // namespace memkit
