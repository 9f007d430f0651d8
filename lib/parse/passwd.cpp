#include "passwd.h"

#include <algorithm>

#include "text.h"

namespace memkit {
namespace {

// The uid counts only with the ':' behind it, which proves it whole.
bool parse_line(std::string_view line, PasswdEntry& entry) {
  const std::size_t password = line.find(':');
  if (password == std::string_view::npos || password == 0) return false;
  const std::size_t uid = line.find(':', password + 1);
  if (uid == std::string_view::npos) return false;
  const std::size_t gid = line.find(':', uid + 1);
  if (gid == std::string_view::npos || line[0] == '+' || line[0] == '-' || line[0] == '#') return false;
  const Got<std::uint32_t> number = to_number<std::uint32_t>(line.substr(uid + 1, gid - uid - 1));
  if (!number) return false;
  entry = {line.substr(0, password), *number};
  return true;
}

}  // namespace

bool take_passwd_entry(std::string_view& rest, PasswdEntry& entry) {
  while (!rest.empty()) {
    if (parse_line(take_line(rest), entry)) return true;
  }
  return false;
}

Got<std::string_view> find_user_name(std::string_view passwd, std::uint32_t uid) {
  PasswdEntry entry;
  while (take_passwd_entry(passwd, entry)) {
    if (entry.uid == uid) return entry.name;
  }
  return Missing::absent;
}

}  // namespace memkit
