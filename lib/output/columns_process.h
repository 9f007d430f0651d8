#pragma once

#include <span>
#include <string>

#include "collect/processes.h"
#include "output/column.h"

namespace memkit {

/// A process as tables show it.
struct ProcessRow {
  Process process;
  std::string user;  ///< name of process.uid; meaningless where that is unknown
};

std::span<const Column<ProcessRow>> process_columns();

}  // namespace memkit
