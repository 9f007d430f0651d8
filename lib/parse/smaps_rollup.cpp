#include "smaps_rollup.h"

#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using S = SmapsCounters;
// In the order in which kernels print them.
constexpr KeyTable kTable(std::to_array<KeyField<S>>({
    {"Rss", &S::rss_bytes},
    {"Pss", &S::pss_bytes},
    {"Pss_Dirty", &S::pss_dirty_bytes},
    {"Pss_Anon", &S::pss_anon_bytes},
    {"Pss_File", &S::pss_file_bytes},
    {"Pss_Shmem", &S::pss_shmem_bytes},
    {"Shared_Clean", &S::shared_clean_bytes},
    {"Shared_Dirty", &S::shared_dirty_bytes},
    {"Private_Clean", &S::private_clean_bytes},
    {"Private_Dirty", &S::private_dirty_bytes},
    {"Referenced", &S::referenced_bytes},
    {"Anonymous", &S::anonymous_bytes},
    {"KSM", &S::ksm_bytes},
    {"LazyFree", &S::lazy_free_bytes},
    {"AnonHugePages", &S::anon_huge_pages_bytes},
    {"ShmemPmdMapped", &S::shmem_pmd_mapped_bytes},
    {"FilePmdMapped", &S::file_pmd_mapped_bytes},
    {"Shared_Hugetlb", &S::shared_hugetlb_bytes},
    {"Private_Hugetlb", &S::private_hugetlb_bytes},
    {"Swap", &S::swap_bytes},
    {"SwapPss", &S::swap_pss_bytes},
    {"Locked", &S::locked_bytes},
}));

}  // namespace

SmapsCounters parse_smaps_rollup(std::string_view text) {
  SmapsCounters values;
  parse_key_values(text, kTable, values);
  return values;
}

}  // namespace memkit
