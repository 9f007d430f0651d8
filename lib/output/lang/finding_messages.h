#pragma once

#include "output/lang/language.h"

namespace memkit {

// The parts of finding_messages(), by what they speak of.
std::span<const Message> shortage_messages();
std::span<const Message> kernel_messages();
std::span<const Message> holder_messages();

}  // namespace memkit
