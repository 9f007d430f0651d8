#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace memkit {

/// Languages that findings, their advice and the report are written in.
enum class Language : unsigned { en, ja, zh };
inline constexpr std::size_t kLanguages = 3;

/// "en", "ja", "zh", as --lang spells them. Throws UsageError for another.
Language parse_language(std::string_view name);
std::string_view to_string(Language language);

/// A text in every language. {key} stands for a figure; the sentences of a finding name its evidence.
struct Message {
  std::string_view key;
  std::string_view text[kLanguages];  ///< by Language
};

/// What findings say: a row "ID" with the sentence, rows "ID.VARIANT" with others that the rule can choose, and a row
/// "ID!" with what to do about it. One row for all languages, so that none can lack what another has. By topic.
std::array<std::span<const Message>, 3> finding_messages();
/// Headings, labels and phrases of the report. A row "term.X" is the word for the id X in evidence ("kind_term"), a row
/// "source.X" the words for the phrase X of where evidence comes from.
std::span<const Message> report_messages();
/// Headings and phrases of the incident report.
std::span<const Message> incident_messages();

/// The text of `key`, from the table that has it; the key itself where there is none, which the tests make sure of.
std::string_view message(Language language, std::string_view key);
bool has_message(std::string_view key);

}  // namespace memkit
