#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "collect/snapshot.h"
#include "parse/got.h"

/// Reading documents that memkit wrote, or somebody else: what is not there, or of another type, is missing.
namespace memkit::json {

using Json = nlohmann::json;

/// The member, or null: where it is not there, or `object` is none.
const Json& member(const Json& object, const char* key);
Got<std::uint64_t> number(const Json& object, const char* key);
/// The same of what may be negative. Malformed beyond 64 bits.
Got<std::int64_t> signed_number(const Json& object, const char* key);
Got<double> real(const Json& object, const char* key);
Got<std::string> text(const Json& object, const char* key);
/// Host, boot and uptime of the envelope.
Host host_of(const Json& document);

/// One document, or the last of several that stand one a line. Discarded where it is none.
Json parse_last(std::string_view text);

}  // namespace memkit::json
