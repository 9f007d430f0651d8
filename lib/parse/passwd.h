#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// One user of /etc/passwd: "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin". A view into the text.
struct PasswdEntry {
  std::string_view name;
  std::uint32_t uid = 0;
};

/// Takes the next user off `rest`; false at the end. Comments, NIS lines ("+::::::") and broken lines are passed
/// over. Source: man 5 passwd.
bool take_passwd_entry(std::string_view& rest, PasswdEntry& entry);

/// The first name of a uid; absent where the file names none.
Got<std::string_view> find_user_name(std::string_view passwd, std::uint32_t uid);

}  // namespace memkit
