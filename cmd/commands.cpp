#include "command.h"

namespace memkit {

std::span<const Command> commands() {
  static const Command kCommands[] = {kFreeCommand, kSmemCommand, kPmapCommand,
                                      kPsiCommand,  kOomCommand,  kReportCommand};
  return kCommands;
}

}  // namespace memkit
