#include "output/column.h"

#include <strings.h>

#include <algorithm>

#include "output/escape.h"
#include "output/suggest.h"
#include "source/errors.h"

namespace memkit {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view key_suffix(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return "_bytes";
    case Unit::count:
      return "_count";
    case Unit::pages:
      return "_pages";
    case Unit::percent:
      return "_pct";
    case Unit::seconds:
      return "_s";
    case Unit::micros:
      return "_us";
    case Unit::none:
      break;
  }
  return "";
}

}  // namespace

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return "bytes";
    case Unit::count:
      return "count";
    case Unit::pages:
      return "pages";
    case Unit::percent:
      return "percent";
    case Unit::seconds:
      return "seconds";
    case Unit::micros:
      return "microseconds";
    case Unit::none:
      break;
  }
  return "";
}

std::string json_key(const ColumnInfo& column) {
  std::string key(column.id);
  const std::string_view suffix = key_suffix(column.unit);
  // "count" stays "count".
  if (!("_" + key).ends_with(suffix)) key += suffix;
  return key;
}

std::size_t find_column(std::span<const ColumnInfo* const> table, std::string_view name) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (same_name(table[i]->id, name) || (!name.empty() && same_name(table[i]->alias, name))) return i;
  }
  std::vector<std::string_view> names;
  std::string list;
  for (const ColumnInfo* column : table) {
    names.push_back(column->id);
    list += (list.empty() ? "" : " ") + std::string(column->id);
  }
  const std::string hint = did_you_mean(name, names);
  throw UsageError("unknown column '" + for_terminal(name) + "'" + (hint.empty() ? "; columns: " + list : hint));
}

std::vector<std::size_t> select_columns(std::span<const ColumnInfo* const> table, std::string_view list) {
  std::vector<std::size_t> chosen;
  const bool adds = list.starts_with('+');
  const bool all = same_name(list, "all") || same_name(list, "+all");
  if (list.empty() || adds || all) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (all || table[i]->shown) chosen.push_back(i);
    }
  }
  if (all || list.empty()) return chosen;
  if (adds) list.remove_prefix(1);
  for (;;) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    if (end != 0) {
      const std::size_t column = find_column(table, list.substr(0, end));
      if (std::find(chosen.begin(), chosen.end(), column) == chosen.end()) chosen.push_back(column);
    }
    if (end == list.size()) break;
    list.remove_prefix(end + 1);
  }
  if (chosen.empty()) throw UsageError("no column is named");
  return chosen;
}

}  // namespace memkit
