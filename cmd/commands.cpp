#include "command.h"

namespace memkit {

std::span<const Command> commands() {
  static const Command kCommands[] = {kFreeCommand, kSmemCommand, kPmapCommand,  kSlabCommand,
                                      kPsiCommand,  kOomCommand,  kReportCommand};
  return kCommands;
}

}  // namespace memkit
