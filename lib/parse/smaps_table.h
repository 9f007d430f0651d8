#pragma once

#include <array>

#include "key_values.h"
#include "smaps_rollup.h"

namespace memkit {

// In the order in which kernels print them.
inline constexpr KeyTable kSmapsTable(std::to_array<KeyField<SmapsCounters>>({
    {"Rss", &SmapsCounters::rss_bytes},
    {"Pss", &SmapsCounters::pss_bytes},
    {"Pss_Dirty", &SmapsCounters::pss_dirty_bytes},
    {"Pss_Anon", &SmapsCounters::pss_anon_bytes},
    {"Pss_File", &SmapsCounters::pss_file_bytes},
    {"Pss_Shmem", &SmapsCounters::pss_shmem_bytes},
    {"Shared_Clean", &SmapsCounters::shared_clean_bytes},
    {"Shared_Dirty", &SmapsCounters::shared_dirty_bytes},
    {"Private_Clean", &SmapsCounters::private_clean_bytes},
    {"Private_Dirty", &SmapsCounters::private_dirty_bytes},
    {"Referenced", &SmapsCounters::referenced_bytes},
    {"Anonymous", &SmapsCounters::anonymous_bytes},
    {"KSM", &SmapsCounters::ksm_bytes},
    {"LazyFree", &SmapsCounters::lazy_free_bytes},
    {"AnonHugePages", &SmapsCounters::anon_huge_pages_bytes},
    {"ShmemPmdMapped", &SmapsCounters::shmem_pmd_mapped_bytes},
    {"FilePmdMapped", &SmapsCounters::file_pmd_mapped_bytes},
    {"Shared_Hugetlb", &SmapsCounters::shared_hugetlb_bytes},
    {"Private_Hugetlb", &SmapsCounters::private_hugetlb_bytes},
    {"Swap", &SmapsCounters::swap_bytes},
    {"SwapPss", &SmapsCounters::swap_pss_bytes},
    {"Locked", &SmapsCounters::locked_bytes},
}));

}  // namespace memkit
