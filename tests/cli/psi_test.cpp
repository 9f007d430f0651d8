// memkit psi on trees that a test writes: verdict, thresholds, plugin mode, ranking, the ways of having no figures.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

std::string line(const std::string& who, const std::string& avg10, const std::string& avg60) {
  return who + " avg10=" + avg10 + " avg60=" + avg60 + " avg300=0.25 total=58761459\n";
}

/// A machine with these shares of memory stall.
struct Machine {
  TemporaryDir dir;

  explicit Machine(const std::string& some10 = "0.00", const std::string& full10 = "0.00",
                   const std::string& full60 = "0.00") {
    dir.write("proc/pressure/memory", line("some", some10, "1.50") + line("full", full10, full60));
  }
  [[nodiscard]] Outcome psi(Words words = {}) const {
    words.insert(words.begin(), {"psi", "--root", dir.path()});
    return run(words);
  }
  [[nodiscard]] std::string status() const { return psi().out.substr(0, psi().out.find(' ')); }
};

TEST(PsiVerdict, IsByTheThresholdsOfTheFindings) {
  EXPECT_EQ(Machine("9.99").status(), "OK");
  EXPECT_EQ(Machine("10.00").status(), "WARNING");
  EXPECT_EQ(Machine("24.99").status(), "WARNING");
  EXPECT_EQ(Machine("25.00").status(), "CRITICAL");
  EXPECT_EQ(Machine("1.00", "0.01", "0.01").status(), "WARNING");
  EXPECT_EQ(Machine("1.00", "0.50", "0.00").status(), "OK") << "a blink";
  EXPECT_EQ(Machine("1.00", "0.00", "0.50").status(), "OK") << "it is over";
  EXPECT_EQ(Machine("22.00", "19.99", "0.01").status(), "WARNING");
  EXPECT_EQ(Machine("22.00", "20.00", "0.01").status(), "CRITICAL");
}

TEST(PsiVerdict, TheFirstLineAnswers) {
  const Outcome alarm = Machine("18.20", "3.10", "1.02").psi();
  EXPECT_EQ(alarm.status, 0);
  EXPECT_EQ(alarm.err, "");
  EXPECT_EQ(alarm.out,
            "WARNING  memory: tasks waited 18.20 % of the last 10 s, all at once 3.10 %\n"
            "because  some.avg10 18.20, full.avg10 3.10\n"
            "RESOURCE  WHO   AVG10%  AVG60%  AVG300%  TOTAL_US\n"
            "memory    some   18.20    1.50     0.25  58761459\n"
            "memory    full    3.10    1.02     0.25  58761459\n");
  EXPECT_THAT(Machine().psi().out, StartsWith("OK  memory: no task waited in the last 10 s\n"));
}

TEST(PsiVerdict, ThresholdsCanBeGivenForEachFigure) {
  const Machine machine("18.20", "3.10", "1.02");
  const auto status = [&](const Words& words) { return machine.psi(words).out.substr(0, 4); };
  EXPECT_EQ(status({"-w", "50", "-w", "full.avg10=50"}), "OK  ");
  EXPECT_EQ(status({"-w", "50"}), "WARN") << "full.avg10 is still watched";
  EXPECT_EQ(status({"-c", "18"}), "CRIT");
  EXPECT_EQ(status({"-c", "full.avg60=1"}), "CRIT");
  EXPECT_EQ(status({"-c", "memory.some.avg300=@0.25:"}), "CRIT");
  EXPECT_EQ(status({"-c", "some.avg300=0.25"}), "WARN") << "10 alerts above 10";
}

TEST(PsiVerdict, OtherResourcesAreJudgedWhereTheyAreNamed) {
  Machine machine;
  machine.dir.write("proc/pressure/cpu", line("some", "60.00", "60.00"));
  machine.dir.write("proc/pressure/io", line("some", "0.00", "0.00") + line("full", "0.00", "0.00"));
  machine.dir.write("proc/pressure/irq", line("full", "0.40", "0.40"));
  EXPECT_THAT(machine.psi({"all"}).out, StartsWith("OK  memory: "));
  EXPECT_THAT(machine.psi({"cpu"}).out, StartsWith("CRITICAL  cpu: tasks waited 60.00 % of the last 10 s\n"));
  EXPECT_THAT(machine.psi({"memory", "cpu"}).out, StartsWith("CRITICAL  cpu: "));
  EXPECT_THAT(machine.psi({"irq"}).out, StartsWith("OK  irq: all tasks waited 0.40 % of the last 10 s\n"));
  EXPECT_THAT(machine.psi({"all", "-c", "cpu.some.avg10=50"}).out,
              AllOf(StartsWith("CRITICAL  cpu: "), HasSubstr("\nbecause  cpu.some.avg10 60.00\n")));
  EXPECT_THAT(machine.psi({"irq", "-w", "0.3"}).out, StartsWith("WARNING  irq: "));
  const Words rows = lines_of(machine.psi({"all", "-n", "-o", "resource,who"}).out);
  EXPECT_EQ(rows, (Words{"OK  memory: no task waited in the last 10 s", "memory  some", "memory  full", "cpu     some",
                         "io      some", "io      full", "irq     full"}));
}

TEST(PsiCheck, IsOneLineWithPerformanceData) {
  const Outcome done = Machine("18.20", "3.10", "1.02").psi({"--check"});
  EXPECT_EQ(done.status, 1);
  EXPECT_EQ(done.out,
            "MEMKIT PSI WARNING - memory: tasks waited 18.20 % of the last 10 s, all at once 3.10 % | "
            "some.avg10=18.2%;@10:;@25:;0;100 some.avg60=1.5%;;;0;100 some.avg300=0.25%;;;0;100 "
            "full.avg10=3.1%;0:0;@20:;0;100 full.avg60=1.02%;;;0;100 full.avg300=0.25%;;;0;100\n");
  EXPECT_EQ(Machine().psi({"--check"}).status, 0);
  EXPECT_EQ(Machine("25.00").psi({"--check"}).status, 2);
  EXPECT_EQ(Machine("12.00").psi({"--check", "-w", "20", "-c", "40"}).status, 0);
  EXPECT_THAT(Machine().psi({"--check", "memory", "cpu"}).err, HasSubstr("proc/pressure/cpu"));
}

TEST(PsiCheck, WhatIsNotKnownIsUnknown) {
  const TemporaryDir dir;
  dir.write("proc/meminfo", "MemTotal: 1 kB\n");
  const Outcome done = run({"psi", "--check", "--root", dir.path()});
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.out, AllOf(StartsWith("MEMKIT UNKNOWN - --root '" + dir.path() +
                                         "': this tree does not hold proc/pressure/memory"),
                              Not(HasSubstr("|"))));
  EXPECT_EQ(run({"psi", "--check", "--frobnicate"}).status, 3);
  dir.write("proc/pressure/memory", "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  EXPECT_EQ(run({"psi", "--check", "--root", dir.path()}).status, 3) << "some is not there";
}

TEST(PsiMissing, EachReasonIsToldWithTheWayOut) {
  const TemporaryDir dir;
  const auto message = [&](Words words) {
    words.insert(words.begin(), {"psi", "--root", dir.path()});
    const Outcome done = run(words);
    EXPECT_EQ(done.status, 1) << joined(words);
    EXPECT_EQ(done.out, "");
    return done.err;
  };
  dir.write("proc/meminfo", "MemTotal: 1 kB\n");
  EXPECT_THAT(message({}), HasSubstr("not copied, or the kernel has none"));
  dir.write("proc/cmdline", "root=/dev/sda1 psi=0\n");
  EXPECT_THAT(message({}), HasSubstr("switched off in this kernel: boot with psi=1"));
  dir.write("proc/pressure/memory", "");
  EXPECT_THAT(message({}), HasSubstr("holds no figures"));
  dir.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n");
  dir.write("sys/fs/cgroup/memory/old/memory.usage_in_bytes", "1\n");
  EXPECT_THAT(message({"--cgroup=/old"}), HasSubstr("a cgroup of v1, and only v2 keeps pressure"));
  EXPECT_THAT(message({"--by", "cgroup"}), HasSubstr("v1 alone"));
  dir.write("sys/fs/cgroup/unified/cgroup.procs", "1\n");
  dir.write("sys/fs/cgroup/unified/off/cgroup.procs", "1\n");
  dir.write("sys/fs/cgroup/unified/off/cgroup.pressure", "0\n");
  EXPECT_THAT(message({"--cgroup=/off"}), HasSubstr("hidden in the cgroup /off"));
  EXPECT_THAT(message({"--cgroup=/none\x1b"}), HasSubstr("no cgroup of v2 at '/none\\x1b'"));
  EXPECT_THAT(message({"--cgroup"}), HasSubstr("--cgroup=PATH"));
  EXPECT_THAT(message({"--wait"}), HasSubstr("--wait needs the live system"));
}

TEST(PsiMissing, APartIsNoFailure) {
  const Outcome done = Machine().psi({"all"});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.out, StartsWith("OK  memory"));
  EXPECT_EQ(lines_of(done.err).size(), 1u);
  const json document = json::parse(Machine().psi({"all", "--json"}).out);
  EXPECT_EQ(document["pressure"].size(), 4u);
  EXPECT_EQ(document["pressure"][1]["state"], "not_captured");
  EXPECT_TRUE(document["pressure"][1]["some"]["avg10_pct"].is_null());
  EXPECT_EQ(document["pressure"][0]["some"]["avg60_pct"], 1.5);
}

TEST(PsiOptions, WhatCannotBeMeantIsRefused) {
  const auto refused = [](Words words) {
    words.insert(words.begin(), "psi");
    const Outcome done = run(words);
    EXPECT_EQ(done.status, std::find(words.begin(), words.end(), "--check") != words.end() ? 3 : 2) << joined(words);
    return done.err;
  };
  EXPECT_THAT(refused({"memroy"}), HasSubstr("unknown resource 'memroy'; did you mean 'memory'?"));
  EXPECT_THAT(refused({"-w", "avg10=5"}), HasSubstr("unknown figure 'avg10'"));
  EXPECT_THAT(refused({"-w", "some=5"}), HasSubstr("unknown figure 'some'"));
  EXPECT_THAT(refused({"-w", "cpu.some.avg10=5"}), HasSubstr("not shown: add 'cpu'"));
  EXPECT_THAT(refused({"-w", "5:1"}), HasSubstr("no range"));
  EXPECT_THAT(refused({"--timeout", "1"}), HasSubstr("--timeout needs --wait"));
  EXPECT_THAT(refused({"--top", "1"}), HasSubstr("--top needs --by cgroup"));
  EXPECT_THAT(refused({"--by", "unit"}), HasSubstr("--by takes cgroup"));
  EXPECT_THAT(refused({"--by", "cgroup", "cpu", "io"}), HasSubstr("one resource"));
  EXPECT_THAT(refused({"--by", "cgroup", "-s", "nothing"}), HasSubstr("unknown column"));
  EXPECT_THAT(refused({"--check", "--json"}), HasSubstr("exclude each other"));
  EXPECT_THAT(refused({"--check", "--interval", "1"}), HasSubstr("exclude each other"));
  EXPECT_THAT(refused({"--wait", "--count", "1"}), HasSubstr("exclude each other"));
  const Machine machine;
  for (const char* const option : {"--interval=1", "--count=2", "--look=1"}) {
    EXPECT_THAT(machine.psi({option}).err, HasSubstr("a capture is one moment"));
  }
}

/// A tree of cgroups with a hostile name in it.
struct Tree {
  TemporaryDir dir;
  Tree() {
    const std::string base = "sys/fs/cgroup/";
    dir.write(base + "cgroup.controllers", "memory\n");
    dir.write(base + "memory.pressure", line("some", "9.00", "1.00") + line("full", "2.00", "1.00"));
    dir.write(base + "a.slice/memory.pressure", line("some", "1.00", "1.00") + line("full", "1.00", "1.00"));
    dir.write(base + "b.slice/memory.pressure", line("some", "8.00", "1.00") + line("full", "1.00", "1.00"));
    dir.write(base + "b.slice/\x1b[31m/memory.pressure", line("some", "4.00", "1.00") + line("full", "3.00", "1.00"));
    dir.write(base + "calm/memory.pressure",
              "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"
              "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
    dir.write(base + "hidden/cgroup.pressure", "0\n");
  }
  [[nodiscard]] Outcome psi(Words words) const {
    words.insert(words.begin(), {"psi", "--root", dir.path(), "--by", "cgroup"});
    return run(words);
  }
  [[nodiscard]] Words paths(Words words) const {
    words.insert(words.end(), {"-n", "-o", "cgroup"});
    Words lines = lines_of(psi(words).out);
    lines.erase(lines.begin());  // the answer
    return lines;
  }
};

TEST(PsiByCgroup, RanksByFullThenSome) {
  const Tree tree;
  const Outcome done = tree.psi({});
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.out,
            "/b.slice/\\x1b[31m waits most for memory: some 4.0 %, full 3.0 % of the last 10 s\n"
            "FULL10%  SOME10%  FULL60%  SOME60%  CGROUP\n"
            "   3.00     4.00     1.00     1.00  /b.slice/\\x1b[31m\n"
            "   2.00     9.00     1.00     1.00  /\n"
            "   1.00     8.00     1.00     1.00  /b.slice\n"
            "   1.00     1.00     1.00     1.00  /a.slice\n");
  EXPECT_EQ(done.err, "memkit psi: cgroups that hide their pressure (cgroup.pressure 0): 1\n");
}

TEST(PsiByCgroup, SortsCutsAndStartsWhereAsked) {
  const Tree tree;
  EXPECT_EQ(tree.paths({"-s", "some_avg10"}), (Words{"/", "/b.slice", "/b.slice/\\x1b[31m", "/a.slice"}));
  EXPECT_EQ(tree.paths({"-s", "some_avg10", "-r", "--top", "2"}), (Words{"/a.slice", "/b.slice/\\x1b[31m"}));
  EXPECT_EQ(tree.paths({"-s", "cgroup"}), (Words{"/", "/a.slice", "/b.slice", "/b.slice/\\x1b[31m"}));
  EXPECT_EQ(tree.paths({"--all"}).back(), "/calm");
  EXPECT_EQ(tree.paths({"--cgroup=/b.slice"}), (Words{"/b.slice/\\x1b[31m", "/b.slice"}));
  const json document = json::parse(tree.psi({"--json", "--top", "1"}).out);
  EXPECT_EQ(document["cgroups"].size(), 1u);
  EXPECT_EQ(document["cgroups"][0]["cgroup"], "/b.slice/\x1b[31m");
  EXPECT_EQ(document["cgroups"][0]["full_avg10_pct"], 3.0);
  EXPECT_EQ(document["cgroup_walk"]["visited_count"], 6);
  EXPECT_EQ(document["cgroup_walk"]["hidden_count"], 1);
  EXPECT_TRUE(document["status"].is_null());
}

TEST(PsiByCgroup, NobodyWaitingIsSaid) {
  const TemporaryDir dir;
  dir.write("sys/fs/cgroup/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
  EXPECT_EQ(run({"psi", "--by", "cgroup", "--root", dir.path()}).out,
            "No cgroup has waited for memory in the last five minutes (1 looked at).\n");
}

TEST(PsiCgroup, IsJudgedByItsOwnFigures) {
  const Tree tree;
  const Outcome done = run({"psi", "--root", tree.dir.path(), "--cgroup=b.slice"});
  EXPECT_THAT(done.out,
              StartsWith("WARNING  /b.slice, memory: tasks waited 8.00 % of the last 10 s, all at once 1.00 %\n"));
  EXPECT_EQ(json::parse(run({"psi", "--root", tree.dir.path(), "--cgroup=b.slice", "-J"}).out)["pressure"][0]["scope"],
            "/b.slice");
}

TEST(PsiExplain, TeachesFromTheFigures) {
  const Outcome done = Machine("18.20").psi({"--explain"});
  EXPECT_THAT(done.out, HasSubstr("\"some\" is the share of time"));
  EXPECT_THAT(done.out, HasSubstr("\nHere tasks lost 1.82 s of the last 10 s to memory, 0.90 s of the last minute\n"));
  EXPECT_THAT(done.out, HasSubstr("it has just begun"));
  EXPECT_THAT(Machine("0.00").psi({"--explain"}).out, HasSubstr("it is over"));
  for (const std::string& text : lines_of(done.out)) EXPECT_LE(text.size(), 80u) << text;
}

}  // namespace
}  // namespace memkit
