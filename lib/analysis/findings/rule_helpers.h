#pragma once

#include <string>
#include <utility>

#include "analysis/findings/rules.h"

/// What rules share.
namespace memkit {

/// RAM that is not set aside as huge pages; missing where MemTotal is.
Got<std::uint64_t> ordinary_ram(const FindingFacts& facts);

/// part of whole in per cent.
Got<double> share(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole);

/// The level that a figure reaches from below (or from above), none where it reaches none.
std::optional<Severity> at_least(double value, const Limits& limits);
std::optional<Severity> below(double value, const Limits& limits);
/// The limit of that level.
double limit_of(Severity severity, const Limits& limits);

template <class T>
Lack lack(std::string_view what, const Got<T>& missing) {
  return {what, lack_why(missing.missing())};
}
inline Lack one_sample(std::string_view what) { return {what, LackWhy::one_sample}; }

/// Adds a known figure to the evidence; leaves out one that is not known.
template <class T>
void add(Finding& finding, std::string_view key, const Got<T>& value, std::string_view source = {},
         std::optional<double> limit = {}) {
  if (value) finding.evidence.push_back({key, *value, source, limit});
}
inline void add(Finding& finding, std::string_view key, std::string text, std::string_view source = {}) {
  finding.evidence.push_back({key, std::move(text), source, {}});
}

Finding finding(std::string_view text, Severity severity, double weight_pct);

/// A finding about a share of RAM: the size, and the share with the limit that it reached.
Finding finding_of_ram(std::string_view text, Severity severity, const Got<std::uint64_t>& bytes, double share_pct,
                       std::string_view source, double limit);

/// "java (PID 12345)".
std::string process_label(const Process& process);
/// The process that holds most memory, by PSS, else RSS; nullptr where none is known. What is said of it goes into the
/// evidence as holder, holder_pid, holder_bytes and holder_pct of RAM.
const Process* largest_process(const FindingFacts& facts);
void add_holder(Finding& finding, const FindingFacts& facts, const Process& process);
Got<std::uint64_t> held_by(const Process& process);

}  // namespace memkit
