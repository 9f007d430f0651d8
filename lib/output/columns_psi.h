#pragma once

#include <span>

#include "analysis/psi.h"
#include "output/column.h"

namespace memkit {

std::span<const Column<PressureRow>> pressure_columns();
std::span<const Column<CgroupPressureRow>> cgroup_pressure_columns();

}  // namespace memkit
