// memkit pmap --diff: captures as folders and as documents, of a process that grew in a known way.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/pmap_support.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

/// A mapping in smaps, all of whose memory is private and written to.
std::string mapping(const std::string& header, unsigned rss_kib, unsigned swap_kib = 0) {
  const std::string rss = std::to_string(rss_kib);
  return header + "\nRss: " + rss + " kB\nPss: " + rss +
         " kB\nShared_Clean: 0 kB\nShared_Dirty: 0 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: " + rss +
         " kB\nSwap: " + std::to_string(swap_kib) + " kB\nVmFlags: rd wr mr mw me ac \n";
}

constexpr const char* kText = "00400000-00500000 r-xp 00000000 08:01 9                    /bin/a b";
constexpr const char* kHeap = "01000000-01100000 rw-p 00000000 00:00 0                    [heap]";
constexpr const char* kMoreHeap = "01000000-01200000 rw-p 00000000 00:00 0                    [heap]";
constexpr const char* kOld = "7f0000000000-7f0000001000 rw-s 00000000 00:01 5            /memfd:\x1b[31mold (deleted)";
constexpr const char* kNew = "7f1000000000-7f1000100000 rw-p 00000000 00:00 0            [anon:cache]";

struct PmapDiff : testing::Test {
  void SetUp() override {
    write("a", "500", "100.00", mapping(kText, 512) + mapping(kHeap, 1000) + mapping(kOld, 4));
    write("b", "500", "160.50", mapping(kText, 512) + mapping(kMoreHeap, 1500, 256) + mapping(kNew, 1024));
  }
  void write(const std::string& folder, const std::string& start, const std::string& uptime, const std::string& smaps,
             const std::string& pid = "77", const std::string& boot = "boot-1") const {
    const std::string proc = folder + "/proc/" + pid;
    dir.write(proc + "/stat", pid + " (app) S 1 77 77 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 " + start + " 8192 2 0\n");
    dir.write(proc + "/cmdline", std::string("app\0-x\0", 7));
    dir.write(proc + "/smaps", smaps);
    dir.write(folder + "/proc/uptime", uptime + " 1.00\n");
    dir.write(folder + "/proc/sys/kernel/random/boot_id", boot + "\n");
  }
  [[nodiscard]] std::string folder(const std::string& name) const { return dir.path() + "/" + name; }
  [[nodiscard]] std::string document(const std::string& name, const Words& more = {"77"}) const {
    Words words{"pmap", "--json", "--root", folder(name)};
    words.insert(words.end(), more.begin(), more.end());
    return dir.write(name + ".json", run(words).out);
  }
  static Outcome diff(const std::string& a, const std::string& b, const Words& more = {}) {
    Words words{"pmap", "--diff", a, b};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  /// Fails for a reason at run time, and prints nothing else.
  static void expect_refused(const Outcome& done, const std::string& says) {
    EXPECT_EQ(done.status, 1) << done.out;
    EXPECT_EQ(done.out, "");
    EXPECT_THAT(done.err, AllOf(StartsWith("memkit pmap: "), HasSubstr(says)));
  }
  TemporaryDir dir;
};

TEST_F(PmapDiff, TheAnswerAndWhatChangedMostFirst) {
  const Outcome done = diff(folder("a"), folder("b"));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out,
            "77 app: in 60 s, RSS +1.5 MiB (1.5 MiB -> 3.0 MiB), swap +256.0 KiB (0 B ->\n"
            "256.0 KiB), size +2.0 MiB (2.0 MiB -> 4.0 MiB), 3 -> 3 mappings.\n"
            "\n"
            "Group                             VSZ+       RSS-A    RSS-B       RSS+\n"
            "[anon:cache]                   1.0 MiB         0 B  1.0 MiB    1.0 MiB\n"
            "[heap]                         1.0 MiB  1000.0 KiB  1.5 MiB  500.0 KiB\n"
            "/memfd:\\x1b[31mold (deleted)  -4.0 KiB     4.0 KiB      0 B   -4.0 KiB\n");
  for (const std::string& line : lines_of(done.out)) EXPECT_LT(line.size(), 80u) << line;
}

TEST_F(PmapDiff, FoldersAndDocumentsTellTheSame) {
  const std::string folders = diff(folder("a"), folder("b")).out;
  const std::string first = document("a");
  const std::string second = document("b");
  EXPECT_EQ(diff(first, second).out, folders);
  EXPECT_EQ(diff(first, folder("b")).out, folders);
  EXPECT_EQ(diff(folder("a"), second).out, folders);
  // As jq -S writes it: what tells whose they are stands behind the mappings.
  json parsed = json::parse(read_file(first));
  EXPECT_EQ(diff(dir.write("sorted.json", parsed.dump(2) + "\n"), second).out, folders);
}

TEST_F(PmapDiff, TheDocumentHasEveryFigure) {
  const Outcome done = diff(folder("a"), folder("b"), {"--json"});
  EXPECT_EQ(done.status, 0) << done.err;
  const json document = json::parse(done.out);
  EXPECT_EQ(document["schema"], "memkit.pmap-diff/1");
  EXPECT_EQ(document["pid"], 77);
  EXPECT_EQ(document["starttime_ticks"], 500);
  EXPECT_EQ(document["elapsed_s"], 60.5);
  EXPECT_EQ(document["before"]["place"], folder("a"));
  EXPECT_EQ(document["after"]["name"], "app");
  EXPECT_EQ(document["before"]["totals"]["rss_bytes"], 1516 * 1024);
  EXPECT_EQ(document["after"]["totals"]["rss_bytes"], 3036 * 1024);
  ASSERT_EQ(document["changed"].size(), 3u) << "the text did not change";
  const json& heap = document["changed"][1];
  EXPECT_EQ(heap["group"], "[heap]");
  EXPECT_EQ(heap["mappings_before_count"], 1);
  EXPECT_EQ(heap["vsz_change_bytes"], 1 << 20);
  EXPECT_EQ(heap["rss_before_bytes"], 1000 * 1024);
  EXPECT_EQ(heap["rss_change_bytes"], 500 * 1024);
  EXPECT_EQ(heap["swap_change_bytes"], 256 * 1024);
  EXPECT_EQ(document["changed"][0]["mappings_before_count"], 0) << "new";
  EXPECT_EQ(document["changed"][2]["mappings_after_count"], 0) << "gone";
  EXPECT_EQ(document["changed"][2]["rss_change_bytes"], -4096);
}

TEST_F(PmapDiff, ColumnsOrderAndTopAreChosen) {
  const Outcome done = diff(folder("a"), folder("b"), {"-q", "-o", "group,swap_change", "-s", "swap_change", "-r"});
  const Words lines = lines_of(done.out);
  ASSERT_EQ(lines.size(), 6u) << done.out;
  EXPECT_EQ(words_of(lines[3]), (Words{"[heap]", "256.0", "KiB"}));
  const json top = json::parse(diff(folder("a"), folder("b"), {"--top", "1", "-s", "vsz_after", "-J"}).out);
  ASSERT_EQ(top["changed"].size(), 1u);
  EXPECT_EQ(top["changed"][0]["group"], "[heap]");
  EXPECT_EQ(diff(folder("a"), folder("b"), {"-o", "pss"}).status, 2);
}

TEST_F(PmapDiff, ExplainsWhatTwoLooksCanTell) {
  const Outcome done = diff(folder("a"), folder("b"), {"--explain"});
  EXPECT_THAT(done.out, HasSubstr("Most of the growth in RAM is [anon:cache]: +1.0 MiB."));
  EXPECT_THAT(done.out, AllOf(HasSubstr("Two looks cannot tell a leak"), HasSubstr("--track 77")));
  EXPECT_THAT(diff(folder("a"), folder("b")).out, Not(HasSubstr("leak")));
}

TEST_F(PmapDiff, NothingChanged) {
  const Outcome done = diff(folder("a"), folder("a"));
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.out, AllOf(HasSubstr("RSS 0 B (1.5 MiB -> 1.5 MiB)"), HasSubstr("\nNo mapping changed.\n")));
  EXPECT_EQ(json::parse(diff(folder("a"), folder("a"), {"--json"}).out)["changed"], json::array());
}

TEST_F(PmapDiff, AnOlderBIsSaid) {
  EXPECT_THAT(diff(folder("b"), folder("a")).out,
              AllOf(HasSubstr("RSS -1.5 MiB"), HasSubstr("\nB is older than A: what grew is shown as shrunk.\n")));
}

TEST_F(PmapDiff, OfMapsAloneComparesSizes) {
  for (const char* const side : {"c", "d"}) {
    dir.write(side + std::string("/proc/77/maps"), std::string(*side == 'c' ? kHeap : kMoreHeap) + "\n");
  }
  const Outcome done = diff(folder("c"), folder("d"));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("RSS - (- -> -)"), HasSubstr("size +1.0 MiB (1.0 MiB -> 2.0 MiB)"),
                              HasSubstr("Both have maps alone"), HasSubstr("[heap]")));
  const json document = json::parse(diff(folder("c"), folder("d"), {"-J"}).out);
  EXPECT_EQ(document["changed"][0]["rss_change_bytes"], nullptr);
  EXPECT_EQ(document["changed"][0]["vsz_change_bytes"], 1 << 20);
  EXPECT_EQ(document["elapsed_s"], nullptr);
  EXPECT_THAT(diff(folder("a"), folder("d")).out, HasSubstr("B has maps alone"));
}

TEST_F(PmapDiff, OtherProcessesAreRefused) {
  write("boot", "500", "160.50", mapping(kText, 512), "77", "boot-2");
  expect_refused(diff(folder("a"), folder("boot")), "are not of one process: the machine, or its boot, is another");
  write("again", "501", "160.50", mapping(kText, 512));
  expect_refused(diff(folder("a"), folder("again")), "are not of one process: 77 was started anew in between");
  expect_refused(diff(document("a"), document("again")), "77 was started anew in between");
  write("other", "500", "160.50", mapping(kText, 512), "78");
  expect_refused(diff(folder("a"), folder("other")), "are not of one process: 77 and 78");
  expect_refused(diff(folder("a"), folder("other"), {"77"}), "no process 77 in '" + folder("other") + "'");
}

TEST_F(PmapDiff, AnotherProgramIsSaid) {
  dir.write("b/proc/77/stat", "77 (ne\nw) S 1 77 77 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 500 8192 2 0\n");
  EXPECT_THAT(diff(folder("a"), folder("b")).out, AllOf(StartsWith("77 ne\\nw: "), HasSubstr("\nIt was app in A: ")));
}

TEST_F(PmapDiff, OfSeveralProcessesOneIsNamed) {
  write("a", "900", "100.00", mapping(kText, 8), "78");
  write("b", "900", "160.50", mapping(kText, 16), "78");
  expect_refused(diff(folder("a"), folder("b")), "holds 2 processes: name one behind B");
  EXPECT_THAT(diff(folder("a"), folder("b"), {"78"}).out, HasSubstr("RSS +8.0 KiB (8.0 KiB -> 16.0 KiB)"));
  EXPECT_THAT(diff(document("a", {"77", "78"}), document("b", {"77", "78"}), {"/proc/78"}).out,
              HasSubstr("RSS +8.0 KiB (8.0 KiB -> 16.0 KiB)"));
  EXPECT_THAT(diff(folder("a"), document("b", {"78"})).out, StartsWith("78 app: ")) << "one holds it alone";
  expect_refused(diff(folder("a"), folder("b"), {"79"}), "no process 79 in");
  EXPECT_EQ(diff(folder("a"), folder("b"), {"77", "78"}).status, 2);
  EXPECT_EQ(diff(folder("a"), folder("b"), {"x"}).status, 2);
}

TEST_F(PmapDiff, CapturesThatAreNoneAreRefused) {
  const std::string whole = read_file(document("a"));
  expect_refused(diff(folder("nowhere"), folder("b")), "cannot read '" + folder("nowhere") + "': No such file");
  for (const std::string& text :
       {std::string(), std::string("{}\n"), std::string("[]"), std::string("7f00-8000 r--p\n"),
        std::string("{\"schema\""), whole.substr(0, whole.size() / 2), run({"free", "--json"}).out,
        run({"pmap", "--kind", "--json", "--root", folder("a"), "77"}).out}) {
    expect_refused(diff(folder("a"), dir.write("text", text)),
                   "is neither a folder nor the output of 'memkit pmap --json'");
  }
  expect_refused(diff(folder("a"), dir.write("none", run({"pmap", "--json", "--root", folder("a"), "5"}).out)),
                 "no process in '");
  dir.write("empty/proc/meminfo", "MemTotal: 1 kB\n");
  expect_refused(diff(folder("a"), folder("empty")), "no process in '");
}

TEST_F(PmapDiff, CapturesThatLeaveMappingsOutAreRefused) {
  for (const Words& part : {Words{"--top", "1", "77"}, Words{"-A", "400000", "77"}}) {
    expect_refused(diff(document("a", part), folder("b")), "does not hold all mappings of process 77");
  }
  EXPECT_EQ(diff(document("a", {"--top", "9", "-A", "0,", "77"}), folder("b")).status, 0) << "none is left out";
  dir.write("b/proc/77/smaps", "");
  dir.write("b/proc/77/maps", "");
  expect_refused(diff(folder("a"), folder("b")), "not readable when they were copied");
}

TEST_F(PmapDiff, RowsThatMakeNoSenseAreNotTakenForNone) {
  json parsed = json::parse(read_file(document("a")));
  parsed["processes"][0]["mappings"][1]["address"] = 5;
  expect_refused(diff(dir.write("bad.json", parsed.dump()), folder("b")), "does not hold all mappings");
  parsed["processes"][0]["mappings"][1] = json::array({1});
  expect_refused(diff(dir.write("bad.json", parsed.dump()), folder("b")), "does not hold all mappings");
  parsed["processes"][0]["pid"] = "77";
  EXPECT_EQ(diff(dir.write("bad.json", parsed.dump()), folder("b")).status, 1);
}

TEST_F(PmapDiff, OptionsThatMakeNoSenseAreRefused) {
  EXPECT_EQ(run({"pmap", "--diff", folder("a")}).status, 2);
  for (const Words& more : std::vector<Words>{{"--root", folder("a")},
                                              {"--name", "x"},
                                              {"-A", "1"},
                                              {"-p"},
                                              {"-x"},
                                              {"--kind"},
                                              {"--track"},
                                              {"--count", "1"}}) {
    EXPECT_EQ(diff(folder("a"), folder("b"), more).status, 2) << joined(more);
  }
}

TEST(PmapDiffLive, GrowthIsThatWhichTheProgramLogs) {
  const TemporaryDir dir;
  TestProgram program({"grow", "leak", "1024", "50", "40"});
  const auto held = [](const std::string& line) { return std::stoull(words_of(line).at(1)); };
  ASSERT_GT(held(program.line()), 0u);
  const auto capture = [&](const std::string& name) {
    kill(program.pid(), SIGSTOP);
    const std::string place = dir.write(name, run({"pmap", "--json", program.pid_text()}).out);
    kill(program.pid(), SIGCONT);
    return place;
  };
  const std::string before = capture("before");
  std::uint64_t last = 0;
  for (int i = 0; i < 15; ++i) last = held(program.line());
  ASSERT_GT(last, 0u);
  const std::string after = capture("after");
  const json document = json::parse(run({"pmap", "--diff", before, after, "--json"}).out);
  ASSERT_FALSE(document["changed"].empty());
  EXPECT_EQ(document["changed"][0]["group"], "[anonymous]") << document["changed"];
  // Steps that it took and did not log yet, when it was stopped, are whole steps.
  const auto grown = document["changed"][0]["rss_change_bytes"].get<std::int64_t>();
  EXPECT_GE(grown, 13 << 20);
  EXPECT_LE(grown, 40 << 20);
}

TEST(PmapDiffLive, CapturesOfReportTellTheSame) {
  const TemporaryDir dir;
  TestProgram program({"grow", "leak", "1024", "50", "200"});
  const auto capture = [&](const std::string& name) {
    kill(program.pid(), SIGSTOP);
    std::string place = dir.path() + "/" + name;
    EXPECT_THAT(run({"report", "--save", place, "--smaps"}).err, HasSubstr("saved"));
    const std::string document = dir.write(name + ".json", run({"pmap", "--json", program.pid_text()}).out);
    kill(program.pid(), SIGCONT);
    return std::pair(std::move(place), document);
  };
  ASSERT_FALSE(program.line().empty());
  const auto [folder, document] = capture("before");
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(program.line().empty());
  const auto [later_folder, later_document] = capture("after");
  const auto changed = [&](const std::string& from, const std::string& to) {
    return json::parse(run({"pmap", "--diff", from, to, program.pid_text(), "--json"}).out)["changed"];
  };
  const json by_folders = changed(folder, later_folder);
  EXPECT_FALSE(by_folders.empty());
  EXPECT_EQ(by_folders, changed(document, later_document));
}

}  // namespace
}  // namespace memkit
