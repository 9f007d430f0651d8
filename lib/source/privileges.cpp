#include "source/privileges.h"

#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

namespace memkit {
namespace {

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

constexpr std::uint64_t kPtrace = bit(CAP_SYS_PTRACE);
constexpr std::uint64_t kForReading = kPtrace | bit(CAP_DAC_READ_SEARCH) | bit(CAP_SYSLOG);
constexpr std::uint64_t kForWriting = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER);

struct Sets {
  std::uint64_t effective = 0, permitted = 0, inheritable = 0;
};

__user_cap_header_struct this_thread() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

/// The kernel's 64 bits are in two words. glibc has no wrapper of these calls.
std::optional<Sets> get_capabilities() {
  __user_cap_header_struct header = this_thread();
  __user_cap_data_struct words[2] = {};
  if (syscall(SYS_capget, &header, words) != 0) return std::nullopt;
  const auto whole = [&](__u32 __user_cap_data_struct::*set) {
    return words[0].*set | std::uint64_t{words[1].*set} << 32;
  };
  return Sets{whole(&__user_cap_data_struct::effective), whole(&__user_cap_data_struct::permitted),
              whole(&__user_cap_data_struct::inheritable)};
}

void set_capabilities(const Sets& sets) {
  __user_cap_header_struct header = this_thread();
  __user_cap_data_struct words[2] = {};
  for (int i = 0; i < 2; ++i) {
    words[i].effective = static_cast<__u32>(sets.effective >> (32 * i));
    words[i].permitted = static_cast<__u32>(sets.permitted >> (32 * i));
    words[i].inheritable = static_cast<__u32>(sets.inheritable >> (32 * i));
  }
  syscall(SYS_capset, &header, words);
}

/// Whether the program's file gives its user more than the user has (execve(2) then says so to the program).
bool has_lent_rights() { return geteuid() != 0 && getauxval(AT_SECURE) != 0; }

bool lay_down_set_id_bits() {
  const gid_t group = getgid();
  const uid_t user = getuid();
  if (getegid() != group && setresgid(group, group, group) != 0) return false;
  return geteuid() == user || setresuid(user, user, user) == 0;
}

}  // namespace

bool lower_privileges() {
  if (!lay_down_set_id_bits()) return false;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const std::optional<Sets> sets = get_capabilities();
  if (!sets || (geteuid() == 0 && (sets->effective & kPtrace) == 0)) return true;
  const std::uint64_t kept = has_lent_rights() ? kForReading : kForReading | kForWriting;
  set_capabilities({sets->effective & kept, sets->permitted & kept, sets->inheritable & kept});
  return true;
}

void keep_own_rights() {
  if (has_lent_rights()) set_capabilities({});
}

OwnRights::OwnRights() {
  if (!has_lent_rights()) return;
  std::optional<Sets> sets = get_capabilities();
  if (!sets || sets->effective == 0) return;
  effective_ = sets->effective;
  sets->effective = 0;
  set_capabilities(*sets);
}

OwnRights::~OwnRights() {
  if (effective_ == 0) return;
  std::optional<Sets> sets = get_capabilities();
  if (!sets) return;
  sets->effective = effective_ & sets->permitted;  // keep_own_rights() may have been called meanwhile
  set_capabilities(*sets);
}

}  // namespace memkit
