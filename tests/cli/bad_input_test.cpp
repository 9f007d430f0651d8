// What free, smem and report say of input that makes no sense: one line that names it, the contract's exit status,
// and on stdout nothing but valid JSON where --json was asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;
const char* const kCommands[] = {"free", "smem", "report"};

/// Fails the test unless the words are refused as they should, with and without --json.
void expect_refused(const Words& words, int status, const std::string& names, const Given& given = {}) {
  SCOPED_TRACE("memkit " + joined(words));
  const Outcome plain = run(words, given);
  EXPECT_EQ(plain.status, status);
  EXPECT_EQ(plain.out, "");
  EXPECT_EQ(lines_of(plain.err).size(), 1u) << plain.err;
  EXPECT_THAT(plain.err, testing::StartsWith("memkit"));
  EXPECT_THAT(plain.err, HasSubstr(names));
  EXPECT_EQ(plain.err.find("Try 'memkit ") != std::string::npos, status == 2) << plain.err;

  Words json = words;
  json.insert(json.begin() + 1, "--json");
  const Outcome document = run(json, given);
  EXPECT_EQ(document.status, status);
  EXPECT_EQ(lines_of(document.err).size(), 1u) << document.err;
  const nlohmann::json parsed = nlohmann::json::parse(document.out, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << document.out;
  EXPECT_EQ(parsed["schema"], "memkit.error/1");
  EXPECT_EQ(parsed["exit_status"], status);
  EXPECT_THAT(parsed["error"].get<std::string>(), HasSubstr(names));
}

TEST(BadOptions, OfEveryCommand) {
  for (const std::string command : kCommands) {
    expect_refused({command, "--nonsense"}, 2, "--nonsense");
    expect_refused({command, "-Z"}, 2, "-Z");
    EXPECT_THAT(run({command, "-JZ"}).out, HasSubstr("memkit.error/1")) << "JSON was asked for";
    expect_refused({command, "word"}, 2, "word");
    expect_refused({command, "--", "--json-not-an-option"}, 2, "--json-not-an-option");
    expect_refused({command, "--root"}, 2, "--root");
    expect_refused({command, "--root="}, 2, "--root");
    expect_refused({command, "--root", ""}, 2, "--root");
    expect_refused({command, "--color", "blue"}, 2, "blue");
    expect_refused({command, "--color="}, 2, "--color");
    expect_refused({command, "--json=yes"}, 2, "--json");
  }
}

TEST(BadOptions, SuggestTheNearest) {
  EXPECT_THAT(run({"free", "--brekdown"}).err, HasSubstr("did you mean '--breakdown'?"));
  EXPECT_THAT(run({"free", "--heatlh"}).err, HasSubstr("did you mean '--health'?"));
  EXPECT_THAT(run({"report", "--tpo", "3"}).err, HasSubstr("did you mean '--top'?"));
  EXPECT_THAT(run({"fre"}).err, HasSubstr("did you mean 'free'?"));
  EXPECT_THAT(run({"free", "--co", "1"}).err, HasSubstr("ambiguous"));
}

TEST(BadOptions, OfFree) {
  expect_refused({"free", "-k", "-m"}, 2, "--kibi");
  expect_refused({"free", "-bg"}, 2, "--bytes");
  expect_refused({"free", "--kilo", "--peta"}, 2, "--peta");
  expect_refused({"free", "-L", "--nodes"}, 2, "--line");
  expect_refused({"free", "-L", "--breakdown"}, 2, "--line");
  expect_refused({"free", "-L", "--cgroup"}, 2, "--line");
  expect_refused({"free", "--warning", "10%:"}, 2, "--check");
  expect_refused({"free", "--breakdown", "--nodes", "-o", "total"}, 2, "--output");
  expect_refused({"free", "-o", "nothing"}, 2, "nothing");
  expect_refused({"free", "-o", "total,toal"}, 2, "toal");
  expect_refused({"free", "-o", ""}, 2, "--output");
  expect_refused({"free", "-o", ","}, 2, "column");
  expect_refused({"free", "--breakdown", "-o", "total"}, 2, "total");
  expect_refused({"free", "--health=yes"}, 2, "--health");
}

TEST(BadOptions, IntervalsAndCounts) {
  const char* const seconds[] = {"0",  "-1",  "abc",  "",       "1s",          "nan",  "NaN", "inf", "-inf",
                                 "--", "1,5", "1e99", "1e-400", "99999999999", "0x10", " 1",  "1 ",  "-0.0"};
  for (const std::string value : seconds) {
    expect_refused({"free", "-c", "1", "-s", value}, 2, "--interval");
    expect_refused({"report", "--interval", value}, 2, "--interval");
  }
  const char* const counts[] = {"0", "-1", "abc", "", "1.5", "1e3", "nan", "99999999999999999999", "0x10", " 1", "+1"};
  for (const std::string value : counts) {
    expect_refused({"free", "-s", "0.01", "-c", value}, 2, "--count");
    if (value != "0") expect_refused({"report", "--top", value}, 2, "--top");
  }
  expect_refused({"report", "--interval", "1", "--root", "/"}, 2, "--interval");
}

TEST(BadOptions, NothingOfThemReachesTheTerminal) {
  const std::string hostile = "a\x1b[31m\nb\xff\u202e";
  for (const Words& words : std::vector<Words>{{hostile},
                                               {"free", "--" + hostile},
                                               {"free", hostile},
                                               {"free", "-o", hostile},
                                               {"free", "-s", hostile},
                                               {"free", "--color", hostile},
                                               {"free", "--root", "/" + hostile},
                                               {"free", "--cgroup=/" + hostile},
                                               {"free", "--check", "--warning", hostile},
                                               {"smem", "-s", hostile},
                                               {"report", "--top", hostile}}) {
    const Outcome outcome = run(words);
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
    for (const std::string& text : {outcome.err, outcome.out}) {
      EXPECT_EQ(text.find_first_of("\x1b\xff"), std::string::npos) << text;
      EXPECT_EQ(text.find("\u202e"), std::string::npos) << text;
    }
  }
}

struct BadRoot : testing::Test {
  void expect_failure(const std::string& root, const std::string& names) const {
    for (const std::string command : {"free", "report"}) expect_refused({command, "--root", root}, 1, names);
  }
  TemporaryDir dir;
};

TEST_F(BadRoot, Missing) { expect_failure(dir.path() + "/no", dir.path() + "/no"); }

TEST_F(BadRoot, AFile) { expect_failure(dir.write("file", "MemTotal: 1 kB\n"), dir.path() + "/file"); }

TEST_F(BadRoot, AFifo) {
  const std::string fifo = dir.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0644), 0);
  expect_failure(fifo, fifo);
}

TEST_F(BadRoot, ALinkToNothing) {
  std::filesystem::create_symlink("nowhere", dir.path() + "/link");
  expect_failure(dir.path() + "/link", dir.path() + "/link");
}

TEST_F(BadRoot, Empty) { expect_failure(dir.path(), "proc/meminfo"); }

TEST_F(BadRoot, WithoutMeminfo) {
  dir.write("proc/vmstat", "nr_free_pages 1\n");
  expect_failure(dir.path(), "proc/meminfo");
}

TEST_F(BadRoot, MeminfoWithoutMemTotal) {
  dir.write("proc/meminfo", "MemFree:  100 kB\n");
  expect_failure(dir.path(), "MemTotal");
}

TEST_F(BadRoot, MeminfoThatIsNotOne) {
  for (const char* text :
       {"hello\n", "MemTotal: many kB\n", "MemTotal: -5 kB\n", "MemTotal: 99999999999999999999 kB\n",
        "MemTotal: 12 parsecs\n", "MemTotal: 16384", "MemTotal:\n", "\n\n\n", "MemTotal: 1e9 kB\n"}) {
    dir.write("proc/meminfo", text);
    expect_failure(dir.path(), "proc/meminfo");
  }
}

TEST_F(BadRoot, MeminfoEmptyOrOfNothingButNuls) {
  for (const std::size_t length : {0u, 1u, 4096u}) {
    dir.write("proc/meminfo", std::string(length, '\0'));
    expect_failure(dir.path(), "proc/meminfo");
  }
}

TEST_F(BadRoot, MeminfoIsADirectory) {
  std::filesystem::create_directories(dir.path() + "/proc/meminfo");
  expect_failure(dir.path(), "proc/meminfo");
}

TEST_F(BadRoot, MeminfoIsAFifoAndNobodyWaitsForIt) {
  std::filesystem::create_directories(dir.path() + "/proc");
  ASSERT_EQ(mkfifo((dir.path() + "/proc/meminfo").c_str(), 0644), 0);
  expect_failure(dir.path(), "proc/meminfo");
}

TEST_F(BadRoot, MeminfoLeadsOut) {
  std::filesystem::create_directories(dir.path() + "/proc");
  for (const char* target : {"/proc/meminfo", "../../../../../../proc/meminfo", "/proc/self/root/proc/meminfo"}) {
    std::filesystem::remove(dir.path() + "/proc/meminfo");
    std::filesystem::create_symlink(target, dir.path() + "/proc/meminfo");
    expect_failure(dir.path(), "proc/meminfo");
  }
}

TEST_F(BadRoot, MeminfoThatMayNotBeRead) {
  SKIP_UNLESS_ROOT();
  SKIP_WITHOUT_TOOL("setpriv");
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  ASSERT_EQ(chmod((dir.path() + "/proc/meminfo").c_str(), 0), 0);
  ASSERT_EQ(chmod(dir.path().c_str(), 0755), 0);
  for (const std::string command : {"free", "report"}) {
    const Outcome outcome =
        shell("setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \"$MEMKIT\" " + command +
              " --root " + dir.path());
    if (outcome.status == 127 || outcome.status == 126) GTEST_SKIP() << "skipped: nobody may not run the program";
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("Permission denied"));
    EXPECT_EQ(lines_of(outcome.err).size(), 1u);
  }
}

TEST_F(BadRoot, ACgroupThatIsNotThere) {
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  expect_refused({"free", "--root", dir.path(), "--cgroup"}, 1, "--cgroup");
  expect_refused({"free", "--root", dir.path(), "--cgroup=/no/such"}, 1, "/no/such");
  expect_refused({"free", "--cgroup=/no/such/cgroup"}, 1, "/no/such/cgroup");
  expect_refused({"free", "--cgroup=/../../etc"}, 1, "/../../etc");
}

TEST_F(BadRoot, NodesThatAreNotThere) {
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  const Outcome outcome = run({"free", "--nodes", "--root", dir.path()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("sys/devices/system/node"));
  const Outcome document = run({"free", "--nodes", "--json", "--root", dir.path()});
  EXPECT_EQ(document.status, 0) << "JSON has all that is known, and an empty list";
  EXPECT_EQ(nlohmann::json::parse(document.out)["nodes"].size(), 0u);
}

/// A folder that itself holds meminfo is taken as a proc folder.
TEST_F(BadRoot, AProcFolderIsNone) {
  dir.write("meminfo", meminfo_text(kSixteenGb));
  const Outcome outcome = run({"free", "--root", dir.path()});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("16000000"));
}

}  // namespace
}  // namespace memkit
