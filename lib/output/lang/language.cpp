#include "output/lang/language.h"

#include <algorithm>
#include <array>
#include <string>

#include "output/escape.h"
#include "output/lang/finding_messages.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr std::array<std::string_view, kLanguages> kNames = {"en", "ja", "zh"};

const Message* find_in(std::span<const Message> table, std::string_view key) {
  const auto at = std::find_if(table.begin(), table.end(), [key](const Message& m) { return m.key == key; });
  return at == table.end() ? nullptr : &*at;
}

const Message* find(std::string_view key) {
  for (const std::span<const Message> table : finding_messages()) {
    if (const Message* const found = find_in(table, key)) return found;
  }
  const Message* const found = find_in(report_messages(), key);
  return found != nullptr ? found : find_in(incident_messages(), key);
}

}  // namespace

std::array<std::span<const Message>, 3> finding_messages() {
  return {shortage_messages(), kernel_messages(), holder_messages()};
}

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
