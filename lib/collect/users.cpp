#include "collect/users.h"

#include <algorithm>

#include "parse/passwd.h"

namespace memkit {

Users::Users(const Root& root) {
  const FileText passwd = root.read("etc/passwd");
  std::string_view rest = passwd.text;
  PasswdEntry entry;
  while (take_passwd_entry(rest, entry)) names_.emplace_back(entry.uid, entry.name);
  // Of several names of a uid the first counts, as with getpwuid.
  std::stable_sort(names_.begin(), names_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::string Users::name(std::uint32_t uid) const {
  const auto found = std::lower_bound(names_.begin(), names_.end(), uid,
                                      [](const auto& entry, std::uint32_t wanted) { return entry.first < wanted; });
  return found != names_.end() && found->first == uid ? found->second : std::to_string(uid);
}

}  // namespace memkit
