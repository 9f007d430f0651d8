#include "source/capture.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace memkit {
namespace {

using nlohmann::json;
constexpr const char* kSchema = "memkit.capture/1";

template <class T>
void put(json& document, const char* key, const std::optional<T>& value) {
  document[key] = value ? json(*value) : json();
}

/// The member `key` where it is a whole number that T holds.
template <class T>
std::optional<T> number(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto narrow = [](auto value) {
    return std::in_range<T>(value) ? std::optional(static_cast<T>(value)) : std::nullopt;
  };
  return found->is_number_unsigned() ? narrow(found->get<std::uint64_t>()) : narrow(found->get<std::int64_t>());
}

/// The member `key` where it is a list or an object, else an empty one.
const json& part(const json& object, const char* key) {
  static const json kNothing = json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_structured() ? *found : kNothing;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json filesystem(const FilesystemUse& use) {
  return {{"total_bytes", use.total_bytes}, {"used_bytes", use.used_bytes}, {"type", use.type}};
}

}  // namespace

std::string capture_text(const Capture& capture) {
  json document = {{"schema", kSchema}};
  put(document, "time_ns", capture.time_ns);
  put(document, "monotonic_ns", capture.monotonic_ns);
  document["boot_id"] = capture.boot_id;
  put(document, "page_size_bytes", capture.page_size_bytes);
  put(document, "ticks_per_s", capture.ticks_per_s);
  put(document, "possible_cpus", capture.possible_cpus);
  document["errors"] = capture.errors;
  document["owners"] = capture.owners;
  json& filesystems = document["filesystems"] = json::object();
  for (const auto& [path, use] : capture.filesystems) filesystems[path] = filesystem(use);
  json& same_memory = document["same_memory"] = json::array();
  for (const auto& [pids, same] : capture.same_memory) {
    same_memory.push_back({{"pid", pids.first}, {"other", pids.second}, {"same", same}});
  }
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<Capture> parse_capture(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object() || text_of(document, "schema") != kSchema) return std::nullopt;
  Capture capture;
  capture.time_ns = number<std::int64_t>(document, "time_ns");
  capture.monotonic_ns = number<std::int64_t>(document, "monotonic_ns");
  capture.boot_id = text_of(document, "boot_id");
  capture.page_size_bytes = number<std::uint64_t>(document, "page_size_bytes");
  capture.ticks_per_s = number<std::uint64_t>(document, "ticks_per_s");
  capture.possible_cpus = number<unsigned>(document, "possible_cpus");
  const json& errors = part(document, "errors");
  for (auto at = errors.begin(); errors.is_object() && at != errors.end(); ++at) {
    if (const auto error = number<int>(errors, at.key().c_str()); error && *error > 0)
      capture.errors[at.key()] = *error;
  }
  const json& owners = part(document, "owners");
  for (auto at = owners.begin(); owners.is_object() && at != owners.end(); ++at) {
    if (const auto uid = number<std::uint32_t>(owners, at.key().c_str())) capture.owners[at.key()] = *uid;
  }
  const json& filesystems = part(document, "filesystems");
  for (auto at = filesystems.begin(); filesystems.is_object() && at != filesystems.end(); ++at) {
    const auto total = at->is_object() ? number<std::uint64_t>(*at, "total_bytes") : std::nullopt;
    const auto used = at->is_object() ? number<std::uint64_t>(*at, "used_bytes") : std::nullopt;
    const auto type = at->is_object() ? number<std::uint64_t>(*at, "type") : std::nullopt;
    if (total && used && type) capture.filesystems[at.key()] = {*total, *used, *type};
  }
  for (const json& pair : part(document, "same_memory")) {
    if (!pair.is_object()) continue;
    const auto pid = number<std::uint32_t>(pair, "pid");
    const auto other = number<std::uint32_t>(pair, "other");
    const auto same = pair.find("same");
    if (pid && other && same != pair.end() && same->is_boolean())
      capture.same_memory[{*pid, *other}] = same->get<bool>();
  }
  return capture;
}

}  // namespace memkit
