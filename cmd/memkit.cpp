#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "cli.h"
#include "command.h"
#include "global_options.h"
#include "option_text.h"
#include "output/escape.h"
#include "output/suggest.h"
#include "source/errors.h"
#include "source/privileges.h"
#include "version.h"

namespace memkit {
namespace {

constexpr int kRunFailed = 1;
constexpr int kUsageFailed = 2;
constexpr int kCheckUnknown = 3;  // monitoring plugins: whatever went wrong, the state is unknown

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

/// What argv[0] asks for: "free" of .../memkit-free and of .../free.
const Command* command_of_program(std::string_view program) {
  program.remove_prefix(program.rfind('/') + 1);
  constexpr std::string_view kPrefix = "memkit-";
  if (program.starts_with(kPrefix)) program.remove_prefix(kPrefix.size());
  return find_command(program);
}

std::string questions() {
  std::string text = "Usage: memkit COMMAND [OPTION]...\n\n";
  for (const Command& command : commands()) text += fmt::format("  memkit {:<8} {}\n", command.name, command.question);
  return text + "\n'memkit COMMAND --help' and memkit(1) tell more; 'memkit --list' prints names.\n";
}

/// Where in `words` the command stands: behind the options that all commands have.
std::size_t command_position(const std::vector<std::string>& words) {
  std::size_t i = 0;
  for (; i < words.size() && words[i].size() > 1 && words[i][0] == '-' && words[i] != "--"; ++i) {
    for (const OptionSpec& spec : kGlobalOptions) {
      const bool meant = words[i].size() > 2 && ("--" + std::string(spec.name)).starts_with(words[i]);
      if (spec.arg == Arg::required && meant) ++i;
      if (i >= words.size()) break;
    }
  }
  return std::min(i, words.size());
}

void write_json_error(Out& out, std::string_view message, int status) {
  out.discard();
  JsonWriter json(out, false);
  json.begin_object();
  json.field("schema", "memkit.error/1");
  json.field("version", kVersion);
  json.field("error", message);
  json.field("exit_status", status);
  json.end_object();
  json.finish();
}

int run_command(const Command& command, const std::vector<std::string>& words, Out& out, const Messages& messages) {
  const Arguments args = parse_arguments(command.options, words, command.max_positionals);
  int status = 0;
  if (args.has("help")) {
    out.write(help_text(command));
  } else if (args.has("version")) {
    out.print("memkit {}\n", kVersion);
  } else {
    status = command.run({args, out, messages, isatty(STDOUT_FILENO) == 1});
  }
  return status;
}

int run_global(const std::vector<std::string>& words, Out& out) {
  const Arguments args = parse_arguments(kGlobalOptions, words, 0);
  if (args.has("list")) {
    for (const Command& command : commands()) out.print("{}\n", command.name);
  } else if (args.has("version")) {
    out.print("memkit {}\n", kVersion);
  } else if (args.has("help")) {
    out.print("{}\nOptions, before the command or behind it:\n{}", questions(), options_text(kGlobalOptions));
  } else {
    throw UsageError("no command is given");
  }
  return 0;
}

/// One line without "|", behind which a monitoring system looks for performance data.
std::string plugin_text(std::string_view message) {
  std::string text = for_terminal(message);
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

/// Runs `work` and turns every way in which it can fail into a message and a status of the contract.
template <class Work>
int guarded(std::span<const OptionSpec> table, const std::vector<std::string>& words, Out& out,
            const Messages& messages, const std::string& help_hint, Work work) {
  const bool check = asks_for(table, words, "check");
  const auto fail = [&](const std::string& message, int code, const std::string& hint) {
    messages.say(message + (hint.empty() ? "" : message.ends_with('?') ? " " : ". ") + hint);
    code = check ? kCheckUnknown : code;
    if (asks_for(table, words, "json")) {
      write_json_error(out, message, code);
    } else {
      out.discard();
      if (check) out.print("MEMKIT UNKNOWN - {}\n", plugin_text(message));
    }
    return code;
  };
  int status = 0;
  try {
    try {
      status = work();
    } catch (const UsageError& error) {
      status = fail(error.what(), kUsageFailed, help_hint);
    } catch (const std::bad_alloc&) {
      status = fail("out of memory", kRunFailed, "");
    } catch (const std::exception& error) {
      status = fail(error.what(), kRunFailed, "");
    }
    out.finish();
    return status;
  } catch (const OutputError& failure) {
    // A reader that has seen enough (| head) is no failure; what the run found out stands.
    if (failure.error == EPIPE) return status;
    messages.say("cannot write to standard output: " + error_text(failure.error));
    return check ? kCheckUnknown : kRunFailed;
  }
}

int run(std::string_view program, std::vector<std::string> words) {
  Out out(STDOUT_FILENO);
  const Command* command = command_of_program(program);
  if (command == nullptr) {
    const std::size_t at = command_position(words);
    const Messages messages("memkit");
    if (at == words.size()) {
      if (words.empty()) {
        const std::string text = questions();
        [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
        return kUsageFailed;
      }
      return guarded(kGlobalOptions, words, out, messages, "Try 'memkit --help'.",
                     [&] { return run_global(words, out); });
    }
    command = find_command(words[at]);
    if (command == nullptr) {
      static constexpr OptionSpec kModes[] = {opt::json, opt::check};
      return guarded(kModes, words, out, messages, "Try 'memkit --help'.", [&]() -> int {
        std::vector<std::string_view> names;
        for (const Command& known : commands()) names.push_back(known.name);
        throw UsageError("unknown command '" + for_terminal(words[at]) + "'" + did_you_mean(words[at], names));
      });
    }
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const std::string name(command->name);
  const Messages messages("memkit " + name);
  return guarded(command->options, words, out, messages, "Try 'memkit " + name + " --help'.",
                 [&] { return run_command(*command, words, out, messages); });
}

/// Memory may be too short even for the exception that says so; the language's library then terminates with none.
[[noreturn]] void end_without_exception() {
  if (std::current_exception() != nullptr) std::abort();
  constexpr std::string_view kText = "memkit: out of memory\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText.data(), kText.size());
  _exit(kRunFailed);
}

}  // namespace
}  // namespace memkit

int main(int argc, char** argv) {
  std::set_terminate(memkit::end_without_exception);
  if (!memkit::lower_privileges()) {
    memkit::Messages("memkit").say("cannot lay down the set-user-ID bit; take it off the program");
    return memkit::kRunFailed;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is met as EPIPE, and ends the run quietly
  return memkit::run(argc > 0 ? argv[0] : "memkit", {argv + std::min(argc, 1), argv + argc});
}
