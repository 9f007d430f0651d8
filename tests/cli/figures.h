#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace memkit {

/// Figures of a document that were made while something failed, held against those of one where nothing did. A figure
/// may be missing (null, or its row or list is not there), never another one. Gives those that are, as
/// "/memory/free_bytes: 5, was 7".
///
/// Not compared: text, which is made of the figures; what was not known before; rows that count what they do not know
/// (unknown_count); RSS, PSS and the size of mappings to a hundredth or 256 KiB, for which the kernel has two sources
/// each.
std::vector<std::string> false_figures(const nlohmann::json& whole, const nlohmann::json& partial);

}  // namespace memkit
