#pragma once

#include <string>
#include <string_view>

#include "got.h"

namespace memkit {

/// A file that shows which of several settings is in force: "always [madvise] never" is "madvise"
/// (sys/kernel/mm/transparent_hugepage/{enabled,defrag,shmem_enabled}, sys/block/zram*/comp_algorithm).
/// Malformed where none is in brackets. Source: Documentation/admin-guide/mm/transhuge.rst.
Got<std::string> parse_choice(std::string_view text);

}  // namespace memkit
