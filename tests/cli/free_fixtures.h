#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/support.h"

namespace memkit {

inline std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// A made-up proc/meminfo, in kB and in this order.
using MeminfoKb = std::vector<std::pair<std::string, std::uint64_t>>;

inline std::string meminfo_text(const MeminfoKb& fields) {
  std::string text;
  for (const auto& [key, kb] : fields) {
    const std::string number = std::to_string(kb);
    text += key + ":" + std::string(key.size() + number.size() < 24 ? 24 - key.size() - number.size() : 1, ' ') +
            number + " kB\n";
  }
  return text;
}

/// The same without one field, or with another figure in it.
inline MeminfoKb without(MeminfoKb fields, const std::string& key) {
  std::erase_if(fields, [&](const auto& field) { return field.first == key; });
  return fields;
}
inline MeminfoKb with(MeminfoKb fields, const std::string& key, std::uint64_t kb) {
  for (auto& field : fields) {
    if (field.first == key) {
      field.second = kb;
      return fields;
    }
  }
  fields.emplace_back(key, kb);
  return fields;
}

/// A machine of 16 GB, half of it available.
inline const MeminfoKb kSixteenGb = {
    {"MemTotal", 16000000},
    {"MemFree", 2000000},
    {"MemAvailable", 8000000},
    {"Buffers", 300000},
    {"Cached", 6000000},
    {"SwapCached", 1000},
    {"Active", 5000000},
    {"Inactive", 6000000},
    {"Active(anon)", 3000000},
    {"Inactive(anon)", 2000000},
    {"Active(file)", 2000000},
    {"Inactive(file)", 4000000},
    {"Unevictable", 100},
    {"Mlocked", 100},
    {"SwapTotal", 4000000},
    {"SwapFree", 3000000},
    {"Dirty", 500},
    {"Writeback", 0},
    {"AnonPages", 4500000},
    {"Mapped", 700000},
    {"Shmem", 400000},
    {"KReclaimable", 800000},
    {"Slab", 1000000},
    {"SReclaimable", 750000},
    {"SUnreclaim", 250000},
    {"KernelStack", 12000},
    {"PageTables", 40000},
    {"CommitLimit", 12000000},
    {"Committed_AS", 9000000},
    {"VmallocUsed", 60000},
    {"Percpu", 4000},
};

}  // namespace memkit
