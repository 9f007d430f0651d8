#pragma once

#include "parse/smaps.h"

namespace memkit {

/// SysV shared memory (shmget): "/SYSV" and its key in eight hexadecimal digits, on a filesystem of the kernel's own.
/// Its inode is the shmid. Source: ipc/shm.c newseg.
bool is_sysv(const Mapping& mapping);

/// memfd_create: "/memfd:" and any name. Source: mm/memfd.c.
bool is_memfd(const Mapping& mapping);

}  // namespace memkit
