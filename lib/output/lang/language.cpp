#include "output/lang/language.h"

#include <algorithm>
#include <array>
#include <string>

#include "output/escape.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr std::array<std::string_view, kLanguages> kNames = {"en", "ja", "zh"};

const Message* find(std::string_view key) {
  for (const auto& table : {finding_messages(), report_messages(), incident_messages()}) {
    const auto at = std::find_if(table.begin(), table.end(), [key](const Message& m) { return m.key == key; });
    if (at != table.end()) return &*at;
  }
  return nullptr;
}

}  // namespace

Language parse_language(std::string_view name) {
  const auto* const at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) throw UsageError("--lang is en, ja or zh, not '" + for_terminal(name) + "'");
  return static_cast<Language>(at - kNames.begin());
}

std::string_view to_string(Language language) { return kNames[static_cast<std::size_t>(language)]; }

std::string_view message(Language language, std::string_view key) {
  const Message* const found = find(key);
  return found == nullptr ? key : found->text[static_cast<std::size_t>(language)];
}

bool has_message(std::string_view key) { return find(key) != nullptr; }

}  // namespace memkit
