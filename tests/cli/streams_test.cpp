// Where the output goes: full disks, readers that leave, closed streams, terminals, one table after the other, and
// which files are opened on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

/// One command line of each kind of output.
std::vector<Words> kinds() {
  return {{"free"},
          {"free", "--breakdown", "--explain"},
          {"free", "--json"},
          {"free", "--check"},
          {"free", "--help"},
          {"free", "--version"},
          {"free", "--no-such-option", "--json"},
          {"smem"},
          {"smem", "--json"},
          {"report"},
          {"report", "--json"},
          {"--list"}};
}

TEST(Streams, AFullDiskIsAFailure) {
  for (const Words& words : kinds()) {
    const Outcome outcome = run(words, {.stdout_to = "/dev/full"});
    const bool check = words.back() == "--check";
    EXPECT_EQ(outcome.status, check ? 3 : 1) << joined(words);
    EXPECT_THAT(outcome.err, HasSubstr("cannot write to standard output: No space left on device")) << joined(words);
  }
}

TEST(Streams, AReaderThatLeavesIsNone) {
  for (const Words& words : kinds()) {
    if (words.size() > 1 && words[1] == "--no-such-option") continue;
    const Outcome outcome = run(words, {.stdout_closed_pipe = true});
    EXPECT_EQ(outcome.status, 0) << joined(words);
    EXPECT_THAT(outcome.err, Not(HasSubstr("standard output"))) << joined(words);
  }
}

TEST(Streams, Head) {
  SKIP_WITHOUT_TOOL("bash");
  for (const std::string command : {"free", "free -s 0.01", "smem", "report", "report --json", "free --breakdown"}) {
    const Outcome outcome =
        run({"-o", "pipefail", "-c", "\"$MEMKIT\" " + command + " --root \"$ROOT\" | head -1"},
            {.env = {std::string("MEMKIT=") + memkit_binary(), "ROOT=" + kRoot}, .program = "bash"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_EQ(outcome.err, "") << command;
    EXPECT_EQ(lines_of(outcome.out).size(), 1u) << command;
  }
}

TEST(Streams, ALargeOutputIsWhole) {
  const TemporaryDir dir;
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  constexpr int kProcesses = 1500;
  for (int pid = 1; pid <= kProcesses; ++pid) {
    dir.write("proc/" + std::to_string(pid) + "/status",
              "Name:\tworker\nUid:\t0\t0\t0\t0\nVmSize:\t100 kB\nVmRSS:\t50 kB\nThreads:\t1\n");
    dir.write("proc/" + std::to_string(pid) + "/cmdline", std::string(300, 'x'));
  }
  const Outcome outcome = run({"smem", "--json", "--root", dir.path()});
  EXPECT_GT(outcome.out.size(), 500'000u);
  EXPECT_EQ(json::parse(outcome.out)["processes"].size(), std::size_t{kProcesses});
  const Outcome gone = run({"smem", "--json", "--root", dir.path()}, {.stdout_closed_pipe = true});
  EXPECT_EQ(gone.status, 0);
  EXPECT_EQ(run({"smem", "--root", dir.path()}, {.stdout_to = "/dev/full"}).status, 1);
}

TEST(Streams, ClosedStdoutIsAFailure) {
  for (const std::string command : {"free", "free --json", "report", "--list"}) {
    const Outcome outcome = shell("\"$MEMKIT\" " + command + " >&-");
    EXPECT_EQ(outcome.status, 1) << command;
    EXPECT_THAT(outcome.err, HasSubstr("cannot write to standard output: Bad file descriptor")) << command;
  }
}

TEST(Streams, ClosedStdoutTouchesNoFile) {
  // The first file that is opened takes the number of the stream that is closed.
  const TemporaryDir dir;
  const std::string meminfo = meminfo_text(kSixteenGb);
  dir.write("proc/meminfo", meminfo);
  shell("\"$MEMKIT\" free --root " + dir.path() + " >&-");
  EXPECT_EQ(read_file(dir.path() + "/proc/meminfo"), meminfo);
}

TEST(Streams, ClosedStderrIsNoMatter) {
  EXPECT_EQ(shell("\"$MEMKIT\" free 2>&-").status, 0);
  EXPECT_EQ(shell("\"$MEMKIT\" smem 2>&-").status, 0);
  EXPECT_EQ(shell("\"$MEMKIT\" free --no-such-option 2>&-").status, 2);
  EXPECT_EQ(shell("\"$MEMKIT\" free --no-such-option 2>/dev/full").status, 2);
  const Outcome outcome = shell("\"$MEMKIT\" free --json 2>&- | cat");
  EXPECT_TRUE(json::accept(outcome.out));
  EXPECT_EQ(shell("\"$MEMKIT\" free <&- >/dev/null 2>&-").status, 0);
}

TEST(Streams, StdinIsLeftAlone) {
  const Outcome outcome =
      shell("\"$MEMKIT\" free >/dev/null; \"$MEMKIT\" smem >/dev/null 2>&1; \"$MEMKIT\" report >/dev/null 2>&1; cat",
            {.stdin_text = "still here\n"});
  EXPECT_EQ(outcome.out, "still here\n");
}

/// The text without colours.
std::string plain(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
      if (i == std::string::npos) break;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool has_colour(const Outcome& outcome) { return outcome.out.find("\x1b[") != std::string::npos; }

TEST(Terminal, ColourIsForTerminalsThatWantIt) {
  const Given terminal = {.env = {"TERM=xterm-256color", "NO_COLOR"}, .tty_columns = 100};
  const auto with_environment = [&](Words env) {
    Given given = terminal;
    given.env = std::move(env);
    return given;
  };
  for (const Words& words : std::vector<Words>{{"free", "--health"}, {"report"}}) {
    const auto plus = [&](const std::string& option) {
      Words all = words;
      all.push_back(option);
      return all;
    };
    EXPECT_TRUE(has_colour(run(words, terminal)));
    EXPECT_FALSE(has_colour(run(words, {.env = {"TERM=xterm"}})));
    EXPECT_TRUE(has_colour(run(plus("--color=always"), {.env = {"TERM=dumb", "NO_COLOR=1"}})));
    EXPECT_FALSE(has_colour(run(plus("--color=never"), terminal)));
    EXPECT_TRUE(has_colour(run(plus("--color=auto"), terminal)));
    EXPECT_FALSE(has_colour(run(words, with_environment({"TERM=xterm", "NO_COLOR=1"}))));
    EXPECT_TRUE(has_colour(run(words, with_environment({"TERM=xterm", "NO_COLOR="})))) << "empty is not set";
    EXPECT_FALSE(has_colour(run(words, with_environment({"TERM=dumb", "NO_COLOR"}))));
    EXPECT_FALSE(has_colour(run(words, with_environment({"TERM", "NO_COLOR"}))));
  }
}

TEST(Terminal, TablesAreThoseOfThePipe) {
  for (const Words& words : std::vector<Words>{{"free"},
                                               {"free", "-hltvw"},
                                               {"free", "--health"},
                                               {"free", "-L"},
                                               {"free", "--nodes"},
                                               {"free", "--cgroup"},
                                               {"free", "--explain"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", kRoot});
    const Outcome pipe = run(all);
    EXPECT_EQ(plain(run(all, {.tty_columns = 80}).out), pipe.out) << joined(words);
    EXPECT_EQ(plain(run(all, {.tty_columns = 20}).out), pipe.out) << joined(words);
  }
}

TEST(Terminal, BarsComeOnTopOfTheSameWords) {
  for (const Words& words : std::vector<Words>{{"free", "--breakdown"}, {"report"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", kRoot});
    const auto without_bars = [](const std::string& text) {
      Words found = words_of(plain(text));
      std::erase_if(found, [](const std::string& word) { return word.find_first_not_of("#-") == std::string::npos; });
      return found;
    };
    const Outcome wide = run(all, {.tty_columns = 120});
    EXPECT_THAT(wide.out, HasSubstr("####"));
    EXPECT_EQ(without_bars(wide.out), without_bars(run(all).out));
  }
}

TEST(Terminal, EightyColumnsAreEnough) {
  for (const Words& words : std::vector<Words>{{"free", "--breakdown"},
                                               {"report"},
                                               {"free", "--cgroup"},
                                               {"smem"},
                                               {"free", "--explain"},
                                               {"report", "--explain"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", kRoot});
    for (const auto columns : {static_cast<unsigned short>(80), static_cast<unsigned short>(0)}) {
      for (const std::string& line : lines_of(plain(run(all, {.tty_columns = columns}).out))) {
        EXPECT_LE(line.size(), 80u) << line;
      }
    }
  }
}

TEST(Terminal, JsonIsIndentedAndTheSame) {
  for (const std::string command : {"free", "report"}) {
    const Words words = {command, "--json", "--root", kRoot};
    const Outcome terminal = run(words, {.tty_columns = 80});
    const Outcome pipe = run(words);
    EXPECT_EQ(lines_of(pipe.out).size(), 1u);
    EXPECT_GT(lines_of(terminal.out).size(), 50u);
    EXPECT_EQ(json::parse(terminal.out), json::parse(pipe.out));
  }
}

TEST(Interval, TablesWithABlankLineBetween) {
  const Outcome one = run({"free", "--root", kRoot});
  const Outcome three = run({"free", "-s", "0.05", "-c", "3", "--root", kRoot});
  EXPECT_EQ(three.status, 0);
  EXPECT_EQ(three.out, one.out + "\n" + one.out + "\n" + one.out);
  EXPECT_EQ(run({"free", "-L", "-s", "0.05", "-c", "2", "--root", kRoot}).out.find("\n\n"), std::string::npos);
}

TEST(Interval, OneJsonDocumentALine) {
  const Outcome outcome = run({"free", "--json", "-s", "0.05", "-c", "3"});
  const Words lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3u);
  std::set<std::string> times;
  for (const std::string& line : lines) times.insert(json::parse(line)["time"].get<std::string>());
  EXPECT_EQ(times.size(), 3u) << outcome.out;
}

TEST(Interval, BeatsComeAtTheirTime) {
  constexpr int kBeats = 5;
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = run({"free", "-s", "0.1", "-c", std::to_string(kBeats)});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(lines_of(outcome.out).size(), std::size_t{4 * kBeats - 1});
  EXPECT_GE(took.count(), (kBeats - 1) * 0.1);
}

TEST(Interval, EachTableIsWrittenAtOnce) {
  const TemporaryDir dir;
  const Outcome outcome = shell(
      "\"$MEMKIT\" free -s 30 -c 2 > out & pid=$!\n"
      "n=0; while [ $n -lt 100 ] && ! [ -s out ]; do n=$((n+1)); sleep 0.1; done\n"
      "kill $pid; cat out",
      {.cwd = dir.path()});
  EXPECT_EQ(lines_of(outcome.out).size(), 4u) << outcome.out;  // the blank line comes at once too, as procps has it
}

}  // namespace
}  // namespace memkit
