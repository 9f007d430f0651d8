#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "output/lang/words.h"
#include "output/markdown.h"
#include "output/report.h"

namespace memkit::incident {

/// What the parts of an incident report are written with.
struct Report {
  Out& out;
  const ReportFacts& facts;
  Words words;

  /// The last event of the kernel log; nullptr where it tells of none.
  [[nodiscard]] const OomEvent* event() const { return facts.oom.last ? &*facts.oom.last : nullptr; }
  /// The same in short.
  [[nodiscard]] const OomSummary* summary() const {
    return facts.oom.recent.empty() ? nullptr : &facts.oom.recent.back();
  }

  /// "## 症状"; with a number "### 1. メモリ状況".
  void section(std::string_view key) const { out.print("## {}\n\n", words(key)); }
  void part(int number, std::string_view key) const { out.print("### {}. {}\n\n", number, words(key)); }
  /// "- **label**: text". The text is Markdown; nothing where it is empty.
  void item(std::string_view key, std::string_view markdown) const {
    if (!markdown.empty()) out.print("- **{}**: {}\n", words(key), markdown);
  }
  /// An item that a person has to fill in.
  void blank(std::string_view key) const { item(key, words("inc.blank")); }
  void paragraph(std::string_view key) const { out.print("**{}**\n\n", words(key)); }
};

// Investigation: the state of the memory, where it is, and the cause.
void print_memory(const Report& report);
void print_breakdown(const Report& report);
void print_cause(const Report& report);
void print_evidence(const Report& report);

/// "critical" and so on, in the language.
std::string_view severity_word(const Report& report, Severity severity);

}  // namespace memkit::incident
