#include "cli/figures.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace memkit {
namespace {

using nlohmann::json;

/// The member that tells the rows of a list apart; empty where none does.
std::string key_of(const json& rows) {
  for (const char* const key : {"pid", "address", "cgroup", "id", "zone", "page_size_bytes", "node", "scope", "path",
                                "name", "kind", "label"}) {
    std::set<std::string> seen;
    const bool tells = std::all_of(rows.begin(), rows.end(), [&](const json& row) {
      return row.is_object() && row.contains(key) && seen.insert(row[key].dump()).second;
    });
    if (tells) return key;
  }
  return "";
}

bool is_of_two_sources(const std::string& place) {
  return place.ends_with("/rss_bytes") || place.ends_with("/totals/size_bytes") || place.ends_with("/pss_bytes");
}

bool is_near(const json& a, const json& b) {
  return a.is_number() && b.is_number() &&
         std::abs(a.get<double>() - b.get<double>()) <= std::max(a.get<double>() / 100, 262144.0);
}

class Comparison {
 public:
  std::vector<std::string> found;

  void compare(const std::string& place, const json& whole, const json& partial) {
    if (whole.is_null() || partial.is_null() || partial.is_string()) return;
    if (whole.is_object() && partial.is_object()) {
      if (partial.value("unknown_count", 0) != 0) return;
      for (const auto& [key, value] : partial.items()) {
        if (whole.contains(key)) compare(place + "/" + key, whole[key], value);
      }
    } else if (whole.is_array() && partial.is_array()) {
      compare_rows(place, whole, partial);
    } else if (whole != partial && !(is_of_two_sources(place) && is_near(whole, partial))) {
      found.push_back(place + ": " + partial.dump() + ", was " + whole.dump());
    }
  }

 private:
  void compare_rows(const std::string& place, const json& whole, const json& partial) {
    const std::string key = key_of(whole);
    for (std::size_t i = 0; i < partial.size(); ++i) {
      if (key.empty() || !partial[i].is_object()) {
        if (partial.size() == whole.size()) compare(place + "[]", whole[i], partial[i]);
        continue;
      }
      for (const json& row : whole) {
        if (partial[i].contains(key) && row[key] == partial[i][key])
          compare(place + "[" + row[key].dump() + "]", row, partial[i]);
      }
    }
  }
};

}  // namespace

std::vector<std::string> false_figures(const json& whole, const json& partial) {
  Comparison comparison;
  comparison.compare("", whole, partial);
  return std::move(comparison.found);
}

}  // namespace memkit
