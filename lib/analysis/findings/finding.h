#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parse/got.h"

namespace memkit {

enum class Severity : std::uint8_t { info, warning, critical };
std::string_view to_string(Severity severity);

/// How sure a finding is of what it says: `low` where its condition is ours and untried on this kind of machine, or
/// where a harmless reason for the same figures is in sight.
enum class Confidence : std::uint8_t { low, medium, high };
std::string_view to_string(Confidence confidence);

/// A figure or a name that a finding rests on. The key's ending is its unit, as in JSON: "_bytes", "_pct", "_pages",
/// "_count", "_s", "_bytes_per_s"; "_term" is an id that languages have a word for. Sentences name it as {key}.
struct Evidence {
  std::string_view key;
  std::variant<std::uint64_t, std::int64_t, double, std::string> value;
  std::string_view source = {};      ///< where it was read: "proc/meminfo MemAvailable"; empty: of the processes
  std::optional<double> limit = {};  ///< the rule's threshold that it was held to
};

/// One conclusion about the machine's memory.
struct Finding {
  std::string_view id;  ///< stable, kebab-case: the row in the table of rules
  /// Which of the rule's sentences says it: "available-low", or "available-low.holder".
  std::string_view text;
  Severity severity = Severity::info;
  Confidence confidence = Confidence::high;
  std::vector<Evidence> evidence;
  std::vector<std::string> next;           ///< commands to run, filled in
  double weight_pct = 0;                   ///< share of RAM, or of time, that it explains: orders equals
  Got<std::uint64_t> held_bytes;           ///< memory that would be there without it; absent where that makes no sense
  std::string_view explained_by;           ///< id of the finding that is this one's cause; empty: none
  std::vector<std::string_view> explains;  ///< ids of findings that are its symptoms

  [[nodiscard]] const Evidence* find(std::string_view key) const;
};

/// Why a rule could not be judged.
enum class LackWhy : std::uint8_t {
  absent,      ///< this kernel, or the capture, does not have it
  denied,      ///< not for this user
  hidden,      ///< a view hides it
  malformed,   ///< it makes no sense
  skipped,     ///< left out on purpose
  one_sample,  ///< rates need --interval
  other_view,  ///< the figures are not of one machine (lxcfs)
};
std::string_view to_string(LackWhy why);
LackWhy lack_why(Missing missing);

struct Lack {
  std::string_view what;  ///< the file, and the field in it
  LackWhy why = LackWhy::absent;
};

struct NotJudged {
  std::string_view id;
  Lack lack;
};

}  // namespace memkit
