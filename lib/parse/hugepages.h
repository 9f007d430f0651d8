#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// The page size in bytes of a folder of /sys/kernel/mm/hugepages: "hugepages-2048kB" -> 2097152. Its files
/// (nr_hugepages, free_hugepages, resv_hugepages, surplus_hugepages) are single numbers: parse_number_file.
/// Source: Documentation/admin-guide/mm/hugetlbpage.rst.
Got<std::uint64_t> parse_hugepages_directory(std::string_view name);

}  // namespace memkit
