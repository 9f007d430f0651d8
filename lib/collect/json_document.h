#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "collect/snapshot.h"
#include "parse/got.h"

namespace memkit {

/// Reading documents that memkit wrote, in which any value may be null, missing or of another type.
using Json = nlohmann::json;

/// The member of an object; null where there is none, or no object.
const Json& member(const Json& object, const char* key);
/// Missing::absent where it is no whole number of at least 0.
Got<std::uint64_t> number_of(const Json& object, const char* key);
/// Missing::absent where it is no text.
Got<std::string> text_of(const Json& object, const char* key);
/// Host, boot and uptime of the envelope.
Host host_of(const Json& document);

}  // namespace memkit
