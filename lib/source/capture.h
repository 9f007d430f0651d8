#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace memkit {

/// Size and use of a mounted filesystem, from statfs(2).
struct FilesystemUse {
  std::uint64_t total_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t type = 0;  ///< f_type, e.g. TMPFS_MAGIC
};

/// What a capture holds beside its files: what the files alone cannot tell. Kept in DIR/memkit/capture.json
/// (schema memkit.capture/1). Paths are as Root takes them: "proc/1/smaps_rollup".
struct Capture {
  std::optional<std::int64_t> time_ns;       ///< wall clock, since the epoch, UTC: the "now" of the capture
  std::optional<std::int64_t> monotonic_ns;  ///< CLOCK_MONOTONIC
  std::string boot_id;                       ///< empty where it is not known
  std::optional<std::uint64_t> page_size_bytes;
  std::optional<std::uint64_t> ticks_per_s;        ///< USER_HZ, the unit of starttime
  std::optional<unsigned> possible_cpus;           ///< what per-CPU counters are kept for
  std::map<std::string, int, std::less<>> errors;  ///< the errno that reading a path met, where it is not ENOENT
  std::map<std::string, std::uint32_t, std::less<>> owners;  ///< the user that a directory belongs to
  std::map<std::string, FilesystemUse, std::less<>> filesystems;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> same_memory;  ///< what kcmp(2) said of two processes
};

inline constexpr std::string_view kCaptureFile = "memkit/capture.json";
/// Lies in a capture that is not whole: it is being taken, or taking it failed.
inline constexpr std::string_view kPartialFile = "memkit/PARTIAL";

/// The text of capture.json.
std::string capture_text(const Capture& capture);

/// Reads capture.json. Empty where the text is no such document; members that are missing or of another type are
/// not known, those that are strange to it are passed over.
std::optional<Capture> parse_capture(std::string_view text);

}  // namespace memkit
