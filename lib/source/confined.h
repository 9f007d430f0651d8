#pragma once

#include <string>

#include "source/fd.h"

namespace memkit {

/// How a path below a directory is kept inside it.
enum class Confinement {
  kernel_or_steps,  ///< openat2(2) where the kernel has it and seccomp allows it, else step by step
  steps,            ///< component by component, resolving links by hand: what kernels before 5.6 need
};

/// Opens `path` as if `root_fd` were the root directory: "..", absolute and relative symbolic links never
/// lead out of it, and magic links (/proc/PID/root, /proc/PID/fd/N) are not followed.
/// An invalid Fd with errno set where that fails (EXDEV, ELOOP, ENOENT …).
Fd open_confined(int root_fd, const std::string& path, int flags, Confinement how = Confinement::kernel_or_steps);

}  // namespace memkit
