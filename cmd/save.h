#pragma once

#include <memory>

#include "collect/snapshot.h"
#include "command.h"
#include "source/recorder.h"

namespace memkit {

/// The options of a command that can save what it reads.
namespace opt {
inline constexpr OptionSpec save{
    "save", 0, "also write a capture to the new folder DIR", Arg::required, "DIR", {}, Complete::directory};
inline constexpr OptionSpec smaps{"smaps", 0, "with --save: every mapping of every process"};
inline constexpr OptionSpec command_lines{"command-lines", 0, "with --save: command lines too (secrets)"};
}  // namespace opt

/// Has `root` record what is read through it from here on, where --save asks for it; else null.
std::shared_ptr<Recorder> record_for_save(const Context& context, Root& root);

/// Adds what other tools read that a report did not, writes what the capture says of itself, and tells the user.
/// `host` is the report's: the capture's "now" is the moment of the report. Nothing where `recorder` is null.
void complete_capture(const Context& context, const Root& root, const Host& host, Recorder* recorder);

}  // namespace memkit
