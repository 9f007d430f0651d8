// The contract of the command line: dispatch, streams, exit statuses, what is said about wrong options.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/support.h"
#include "command.h"
#include "global_options.h"
#include "version.h"

namespace memkit {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kVersionLine = "memkit " + std::string(kVersion) + "\n";

/// A usage error: exit status 2, one line on stderr, nothing on stdout.
void expect_usage_error(const std::vector<std::string>& arguments, const std::string& line) {
  const Outcome done = run(arguments);
  const std::string words = testing::PrintToString(arguments);
  EXPECT_EQ(done.status, 2) << words;
  EXPECT_EQ(done.out, "") << words;
  EXPECT_EQ(done.err, line + "\n") << words;
}

/// The least with which a command runs: its name, for one that needs a process this one, for one that reads a log an
/// empty one.
std::vector<std::string> least_words(const Command& command) {
  std::vector<std::string> words{std::string(command.name)};
  if (command.name == "pmap") words.push_back(std::to_string(getpid()));
  if (command.name == "oom") words.insert(words.end(), {"--log", "-"});
  return words;
}

TEST(Dispatch, ListPrintsTheNamesOfTheCommands) {
  std::string names;
  for (const Command& command : commands()) names += std::string(command.name) + "\n";
  const Outcome list = run({"--list"});
  EXPECT_EQ(list.status, 0);
  EXPECT_EQ(list.out, names);
  EXPECT_EQ(list.err, "");
}

TEST(Dispatch, BareMemkitSaysWhichQuestionEachCommandAnswers) {
  const Outcome bare = run({});
  EXPECT_EQ(bare.status, 2);
  EXPECT_EQ(bare.out, "");
  for (const Command& command : commands()) {
    EXPECT_THAT(bare.err,
                AllOf(HasSubstr("memkit " + std::string(command.name)), HasSubstr(std::string(command.question))));
  }
}

TEST(Dispatch, HelpAndVersionGoToStandardOutput) {
  EXPECT_EQ(run({"--version"}).out, kVersionLine);
  EXPECT_EQ(run({"-V"}).out, kVersionLine);
  EXPECT_EQ(run({"--help"}).status, 0);
  EXPECT_THAT(run({"--help"}).out, StartsWith("Usage: memkit COMMAND"));
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const Outcome version = run({name, "--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_EQ(version.out, kVersionLine);
    const Outcome help = run({name, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_THAT(help.out, StartsWith("Usage: memkit " + name));
  }
}

TEST(Dispatch, HelpKeepsItsStatusWhateverElseIsThere) {
  EXPECT_EQ(run({"free", "--check", "--help"}).status, 0);
  EXPECT_EQ(run({"free", "--root", "/nonexistent", "--version"}).status, 0);
}

TEST(Dispatch, AProgramNameChoosesTheCommand) {
  for (const Command& command : commands()) {
    const std::string name(command.name);
    for (const std::string& program : {name, "memkit-" + name, "/opt/bin/memkit-" + name}) {
      const Outcome help = run({"--help"}, {.argv0 = program});
      EXPECT_EQ(help.status, 0);
      EXPECT_THAT(help.out, StartsWith("Usage: memkit " + name)) << program;
    }
  }
  EXPECT_THAT(run({"--help"}, {.argv0 = "another"}).out, StartsWith("Usage: memkit COMMAND"));
  EXPECT_THAT(run({"--help"}, {.argv0 = "memkit-another"}).out, StartsWith("Usage: memkit COMMAND"));
}

TEST(Dispatch, ALinkChoosesTheCommand) {
  TemporaryDir dir;
  for (const std::string name : {"free", "memkit-free"}) {
    const std::string link = dir.path() + "/" + name;
    ASSERT_EQ(symlink(memkit_binary().c_str(), link.c_str()), 0);
    const Outcome table = run({"-b"}, {.program = link});
    EXPECT_EQ(table.status, 0) << table.err;
    EXPECT_THAT(table.out, HasSubstr("\nMem:"));
    EXPECT_THAT(run({"--frobnicate"}, {.program = link}).err, StartsWith("memkit free: "));
  }
}

TEST(Dispatch, CommonOptionsStandBeforeOrBehindTheCommand) {
  TemporaryDir dir;
  dir.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\nMemAvailable: 600 kB\n");
  const std::string behind = run({"free", "--root", dir.path(), "--color", "never"}).out;
  EXPECT_THAT(behind, HasSubstr("1000"));
  EXPECT_EQ(run({"--root", dir.path(), "--color=never", "free"}).out, behind);
  EXPECT_EQ(run({"--root=" + dir.path(), "free", "--color", "never"}).out, behind);
  EXPECT_EQ(run({"--ro", dir.path(), "--col", "never", "free"}).out, behind);
  EXPECT_EQ(run({"-J", "free", "--root", dir.path()}).out.substr(0, 1), "{");
}

TEST(Dispatch, ATypoInACommandGetsASuggestion) {
  expect_usage_error({"fre"}, "memkit: unknown command 'fre'; did you mean 'free'? Try 'memkit --help'.");
  expect_usage_error({"reprot"}, "memkit: unknown command 'reprot'; did you mean 'report'? Try 'memkit --help'.");
  expect_usage_error({"frobnicate"}, "memkit: unknown command 'frobnicate'. Try 'memkit --help'.");
  expect_usage_error({"a\x1b[31m\nb"}, "memkit: unknown command 'a\\x1b[31m\\nb'. Try 'memkit --help'.");
  expect_usage_error({"--json=1", "free"}, "memkit free: option '--json' takes no value. Try 'memkit free --help'.");
}

TEST(Options, ATypoGetsASuggestion) {
  expect_usage_error({"free", "--helth"},
                     "memkit free: unknown option '--helth'; did you mean '--health'? Try 'memkit free --help'.");
  expect_usage_error({"smem", "--srot", "pss"},
                     "memkit smem: unknown option '--srot'; did you mean '--sort'? Try 'memkit smem --help'.");
  expect_usage_error({"free", "-z"}, "memkit free: unknown option '-z'. Try 'memkit free --help'.");
  expect_usage_error({"free", "-tz"}, "memkit free: unknown option '-z'. Try 'memkit free --help'.");
  expect_usage_error({"--jsn"}, "memkit: unknown option '--jsn'; did you mean '--json'? Try 'memkit --help'.");
  expect_usage_error({"smem", "-s", "psss"},
                     "memkit smem: unknown column 'psss'; did you mean 'pss'? Try 'memkit smem --help'.");
}

TEST(Options, CanBeCutShortWhileTheyAreUnambiguous) {
  TemporaryDir dir;
  dir.write("proc/meminfo", "MemTotal: 1048576 kB\nMemFree: 524288 kB\nMemAvailable: 600000 kB\n");
  const std::string whole = run({"free", "--human", "--root", dir.path()}).out;
  EXPECT_THAT(whole, HasSubstr("1.0Gi"));
  EXPECT_EQ(run({"free", "--hum", "--root=" + dir.path()}).out, whole);
  EXPECT_EQ(run({"free", "--hum", "--ro=" + dir.path()}).out, whole);
  expect_usage_error({"free", "--h"},
                     "memkit free: option '--h' is ambiguous: --human, --health, --help. Try 'memkit free --help'.");
}

TEST(Options, OfEveryCommandAreRefusedWithoutTheirValue) {
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const std::string hint = " Try 'memkit " + name + " --help'.";
    for (const OptionSpec& spec : offered(command.options)) {
      const std::string option = "--" + std::string(spec.name);
      const std::string start = "memkit " + name + ": option '" + option;
      if (spec.arg == Arg::required) {
        const std::string line = start + "' needs a value: " + std::string(spec.value) + "." + hint;
        expect_usage_error({name, option}, line);
        expect_usage_error({name, option + "="}, line);
        expect_usage_error({name, option, ""}, line);
        if (spec.letter != 0) expect_usage_error({name, std::string("-") + spec.letter}, line);
      }
      if (spec.arg == Arg::none) expect_usage_error({name, option + "=1"}, start + "' takes no value." + hint);
    }
  }
}

TEST(Options, ThatAreNotOfferedSayWhatToUseInstead) {
  const std::string end =
      " is not offered here: use --percent --top 10 for shares, --json for a program that draws. Try 'memkit smem "
      "--help'.";
  expect_usage_error({"smem", "--pie", "name"}, "memkit smem: --pie" + end);
  expect_usage_error({"smem", "--pie=name", "-s", "pss"}, "memkit smem: --pie" + end);
  expect_usage_error({"smem", "--bar"}, "memkit smem: --bar" + end);
  // They get in the way of nothing that is offered, and are suggested to nobody.
  EXPECT_EQ(run({"smem", "--perc", "--help"}).status, 0);
  expect_usage_error({"smem", "--b", "user"},
                     "memkit smem: option '--b' is ambiguous: --by, --budget. Try 'memkit smem --help'.");
  EXPECT_THAT(run({"smem", "--pi"}).err, testing::Not(HasSubstr("did you mean")));
}

TEST(Options, OfEveryCommandRefuseAValueOfTheWrongKind) {
  for (const Command& command : commands()) {
    const std::string name(command.name);
    for (const OptionSpec& spec : offered(command.options)) {
      if (spec.arg != Arg::required || spec.complete == Complete::directory || spec.complete == Complete::file)
        continue;
      // Nearly every text is an expression: one that is none ends in the middle of a list.
      const std::string wrong = spec.value == "REGEX" ? "no\x1bsuch[" : "no\x1bsuch";
      std::vector<std::string> arguments{name, "--" + std::string(spec.name), wrong};
      if (spec.value == "RANGE") arguments.emplace_back("--check");
      const Outcome done = run(arguments);
      const std::string words = testing::PrintToString(arguments);
      EXPECT_EQ(done.status, spec.value == "RANGE" ? 3 : 2) << words;
      EXPECT_THAT(done.err,
                  AllOf(StartsWith("memkit " + name + ": "), HasSubstr("no\\x1bsuch"), EndsWith("--help'.\n")))
          << words;
      EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << words;
    }
  }
}

TEST(Options, NumbersHaveLimits) {
  for (const char* text : {"0", "-1", "1e9", "nan", "inf", "1s", "0x10", " 1", "1 ", "99999999999999999999999999"}) {
    expect_usage_error({"free", "-s", text},
                       "memkit free: --interval takes seconds, more than 0 and at most a year, not '" +
                           std::string(text) + "'. Try 'memkit free --help'.");
  }
  for (const char* text : {"0", "-1", "1.5", "+1", "0x1", "18446744073709551616", "1 2"}) {
    expect_usage_error({"free", "-c", text}, "memkit free: --count takes a whole number of at least 1, not '" +
                                                 std::string(text) + "'. Try 'memkit free --help'.");
  }
  // 010 is ten, as people read it, not eight.
  EXPECT_EQ(run({"report", "--top", "010", "--json"}).status, 0);
}

TEST(Options, ThatExcludeEachOtherAreNamed) {
  expect_usage_error({"free", "-k", "-m"},
                     "memkit free: options --kibi and --mebi exclude each other. Try 'memkit free --help'.");
  EXPECT_EQ(run({"free", "--check", "--json"}).status, 3);
}

TEST(Options, EndAtTwoDashes) {
  expect_usage_error({"free", "--", "--help"}, "memkit free: unexpected argument '--help'. Try 'memkit free --help'.");
  expect_usage_error({"free", "extra"}, "memkit free: unexpected argument 'extra'. Try 'memkit free --help'.");
}

TEST(Root, ThatCannotBeReadIsNamed) {
  TemporaryDir empty;
  const std::string file = empty.write("a/file", "");
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const auto complaint = [&](const std::string& dir) {
      std::vector<std::string> words = least_words(command);
      if (command.name == "oom") words.pop_back();  // a FILE is none of the tree's
      words.insert(words.end(), {"--root", dir});
      const Outcome done = run(words);
      EXPECT_EQ(done.status, 1) << name << " " << dir;
      EXPECT_EQ(done.out, "");
      EXPECT_THAT(done.err, AllOf(StartsWith("memkit " + name + ": "), HasSubstr(dir))) << name;
      EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1);
      return done.err;
    };
    EXPECT_THAT(complaint("/nonexistent"), HasSubstr("No such file or directory"));
    EXPECT_THAT(complaint(file), HasSubstr("Not a directory"));
    complaint(empty.path());
  }
}

/// Commands, and the json that a failure leaves.
nlohmann::json error_document(const std::vector<std::string>& arguments, int status) {
  const Outcome done = run(arguments);
  EXPECT_EQ(done.status, status) << testing::PrintToString(arguments);
  EXPECT_NE(done.err, "");
  return nlohmann::json::parse(done.out, nullptr, false);
}

TEST(Json, OfAFailureIsValid) {
  // However --json is spelled, and however little of the rest makes sense.
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"free", "--root", "/nonexistent", "--json"},
                                             {"free", "--js", "--root=/nonexistent"},
                                             {"-J", "report", "--root", "/nonexistent"},
                                             {"free", "-tJ", "--root", "/nonexistent"},
                                             {"smem", "--root", "/nonexistent", "-J"}}) {
    const nlohmann::json error = error_document(arguments, 1);
    EXPECT_EQ(error.value("schema", ""), "memkit.error/1") << testing::PrintToString(arguments);
    EXPECT_EQ(error.value("exit_status", 0), 1);
    EXPECT_THAT(error.value("error", ""), HasSubstr("/nonexistent"));
  }
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"free", "--json", "--frobnicate"}, {"frobnicate", "--json"}, {"--json"}, {"free", "-J", "-k", "-m"}}) {
    EXPECT_EQ(error_document(arguments, 2).value("exit_status", 0), 2) << testing::PrintToString(arguments);
  }
}

TEST(Check, TurnsEveryFailureIntoUnknown) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"free", "--check", "--root", "/nonexistent"},
                                             {"free", "--check", "--frobnicate"},
                                             {"free", "--check", "--warning", "abc"},
                                             {"free", "--che", "extra"},
                                             {"frobnicate", "--check"}}) {
    const Outcome done = run(arguments);
    EXPECT_EQ(done.status, 3) << testing::PrintToString(arguments);
    EXPECT_THAT(done.out, StartsWith("MEMKIT UNKNOWN - ")) << testing::PrintToString(arguments);
    EXPECT_NE(done.err, "");
  }
}

TEST(Streams, AClosedPipeIsNoFailure) {
  for (const Command& command : commands()) {
    for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{{}, {"--json"}, {"--help"}}) {
      std::vector<std::string> arguments = least_words(command);
      arguments.insert(arguments.end(), more.begin(), more.end());
      const Outcome done = run(arguments, {.stdout_closed_pipe = true});
      EXPECT_EQ(done.status, 0) << testing::PrintToString(arguments);
      EXPECT_THAT(done.err, testing::Not(HasSubstr("write"))) << testing::PrintToString(arguments);
    }
  }
  const Outcome head = shell("\"$MEMKIT\" free -s 0.01 | head -n 1");
  EXPECT_EQ(head.status, 0);
  EXPECT_EQ(head.err, "");
}

TEST(Streams, AFullDiskIsAFailure) {
  for (const Command& command : commands()) {
    std::vector<std::string> words = least_words(command);
    words.emplace_back("--json");
    const Outcome done = run(words, {.stdout_to = "/dev/full"});
    EXPECT_EQ(done.status, 1) << command.name;
    EXPECT_THAT(done.err, HasSubstr("cannot write to standard output: No space left on device")) << command.name;
  }
  EXPECT_EQ(run({"--list"}, {.stdout_to = "/dev/full"}).status, 1);
  EXPECT_EQ(run({"free", "--check"}, {.stdout_to = "/dev/full"}).status, 3);
}

TEST(Streams, ColourGoesToTerminalsOnly) {
  TemporaryDir dir;
  dir.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 20 kB\n");
  const std::vector<std::string> health{"free", "--health", "--root", dir.path()};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), health.begin(), health.end());
    return more;
  };
  const std::string plain = run(health).out;
  EXPECT_THAT(plain, AllOf(HasSubstr("critical"), testing::Not(HasSubstr("\x1b"))));
  const std::vector<std::string> xterm{"TERM=xterm", "NO_COLOR"};
  EXPECT_THAT(run(health, {.env = xterm, .tty_columns = 80}).out, HasSubstr("\x1b"));
  EXPECT_EQ(run(health, {.env = {"TERM=dumb", "NO_COLOR"}, .tty_columns = 80}).out, plain);
  EXPECT_EQ(run(health, {.env = {"TERM=xterm", "NO_COLOR=1"}, .tty_columns = 80}).out, plain);
  EXPECT_EQ(run(with({"--color=never"}), {.env = xterm, .tty_columns = 80}).out, plain);
  EXPECT_THAT(run(with({"--color=always"})).out, HasSubstr("\x1b"));
}

TEST(Streams, JsonIsPrettyOnATerminalAndCompactInAPipe) {
  const Outcome pipe = run({"free", "--json"});
  EXPECT_EQ(std::count(pipe.out.begin(), pipe.out.end(), '\n'), 1);
  const Outcome terminal = run({"free", "--json"}, {.tty_columns = 80});
  EXPECT_THAT(terminal.out, StartsWith("{\n  \"schema\": \"memkit.free/1\",\n"));
}

}  // namespace
}  // namespace memkit
