#include "command.h"

namespace memkit {

std::span<const Command> commands() {
  static const Command kCommands[] = {kFreeCommand, kSmemCommand, kReportCommand};
  return kCommands;
}

}  // namespace memkit
