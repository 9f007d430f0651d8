#include "mountinfo.h"

#include <algorithm>

#include "text.h"

namespace memkit {
namespace {

// Up to the next blank: unlike take_word, an empty field (a mount without a source) stays one.
std::string_view take_field(std::string_view& rest, char end = ' ') {
  const std::size_t stop = std::min(rest.find(end), rest.size());
  const std::string_view field = rest.substr(0, stop);
  rest.remove_prefix(std::min(stop + 1, rest.size()));
  return field;
}

bool take_id(std::string_view& rest, std::uint32_t& id, char end = ' ') {
  const Got<std::uint32_t> number = to_number<std::uint32_t>(take_field(rest, end));
  id = number.value_or(0);
  return number.has_value();
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
bool parse_line(std::string_view line, MountLine& mount) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!take_id(line, mount.id) || !take_id(line, mount.parent_id) || !take_id(line, mount.dev_major, ':') ||
      !take_id(line, mount.dev_minor)) {
    return false;
  }
  mount.root = take_field(line);
  mount.mount_point = take_field(line);
  mount.options = take_field(line);
  const char* const optional_begin = line.data();
  while (!line.empty()) {
    const std::string_view field = take_field(line);
    if (field == "-") {
      mount.optional_fields = trim({optional_begin, static_cast<std::size_t>(field.data() - optional_begin)});
      mount.type = take_field(line);
      mount.source = take_field(line);
      mount.super_options = line;
      return !mount.type.empty();
    }
  }
  return false;
}

}  // namespace

bool take_mount(std::string_view& rest, MountLine& line) {
  std::string_view whole = complete_lines(rest);
  while (!whole.empty()) {
    const bool found = parse_line(take_line(whole), line);
    if (found) {
      rest = whole;
      return true;
    }
  }
  rest = {};
  return false;
}

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  MountLine line;
  while (take_mount(text, line)) {
    mounts.push_back({line.id, line.parent_id, line.dev_major, line.dev_minor, unescape_octal(line.root),
                      unescape_octal(line.mount_point), std::string(line.options), std::string(line.optional_fields),
                      unescape_octal(line.type), unescape_octal(line.source), unescape_octal(line.super_options)});
  }
  return mounts;
}

bool has_mount_option(std::string_view options, std::string_view option) {
  while (!options.empty()) {
    if (take_field(options, ',') == option) return true;
  }
  return false;
}

bool meminfo_is_fuse(std::string_view mountinfo) {
  bool fuse = false;
  MountLine line;
  while (take_mount(mountinfo, line)) {
    if (line.mount_point == "/proc/meminfo" || line.mount_point == "/proc") fuse = line.type.starts_with("fuse");
  }
  return fuse;
}

}  // namespace memkit
