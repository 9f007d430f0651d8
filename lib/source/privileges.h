#pragma once

#include <cstdint>

namespace memkit {

/// Lowers what this process may do. For the start of a run, before there are threads.
///
/// A set-user-ID or set-group-ID bit is laid down: the run is that of the user who started it. False where that failed.
///
/// Of capabilities those stay that reading takes: CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SYSLOG. Root, and who had
/// them before the program started, keeps those as well that writing a file takes (--save, --state, --output-file);
/// whom the program's file lends them (setcap) does not. Where root lacks CAP_SYS_PTRACE, as in a container, all stay:
/// the kernel then lets it look at processes that hold no capability which it lacks itself (security/commoncap.c,
/// cap_ptrace_access_check), so each that is dropped would hide some. What cannot be dropped stays too. A program that
/// is started (journalctl) gains nothing (PR_SET_NO_NEW_PRIVS).
bool lower_privileges();

/// Lays down for good what the program's file lent to its user: for a run that reads a copy of a system.
void keep_own_rights();

/// While it lives, this thread opens files with no more than its user's own rights. What a command line names is the
/// user's choice, and CAP_DAC_READ_SEARCH, lent for proc and sys, would open any file of anybody's.
class OwnRights {
 public:
  OwnRights();
  ~OwnRights();
  OwnRights(const OwnRights&) = delete;
  OwnRights& operator=(const OwnRights&) = delete;

 private:
  std::uint64_t effective_ = 0;  ///< what was laid down, and comes back
};

}  // namespace memkit
