// The views, filters and limits of memkit smem over roots that are made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

Words lines_of(const std::string& text) {
  std::istringstream stream(text);
  Words lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Made {
  int pid;
  int ppid;
  std::string name;
  std::string command;
  int uid;
  int rss_kb, pss_kb, uss_kb, swap_kb;
  std::string cgroup;
};

struct Views : testing::Test {
  Views() {
    dir.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/:/bin/false\n");
    dir.write("proc/meminfo",
              "MemTotal: 1000000 kB\nMemFree: 400000 kB\nBuffers: 10000 kB\nCached: 150000 kB\nSwapTotal: 200000 kB\n"
              "SwapFree: 100000 kB\nAnonPages: 300000 kB\nMapped: 60000 kB\nSReclaimable: 25000 kB\n");
    dir.write("proc/vmstat", "nr_free_pages 100000\nnr_anon_pages 75000\nnr_mapped 15000\n");
    dir.write("var/lib/docker/containers/" + kId + "/config.v2.json", R"({"Name":"/web-1"})");
    dir.write("var/log/pods/prod_api-7_11111111-2222-3333-4444-555555555555/x", "");
    add({1, 0, "init", "/sbin/init splash", 0, 4000, 2000, 1000, 8, "/init.scope"});
    add({10, 1, "nginx", "nginx: master", 0, 3000, 900, 300, 0, "/system.slice/nginx.service"});
    add({11, 10, "nginx", "nginx: worker", 33, 2500, 700, 200, 0, "/system.slice/nginx.service"});
    add({20, 1, "java", "java -jar x", 33, 90000, 80000, 79000, 4096,
         "/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/" + kId});
  }
  void add(const Made& p) const {
    const std::string folder = "proc/" + std::to_string(p.pid) + "/";
    const std::string id = std::to_string(p.uid);
    dir.write(folder + "stat", std::to_string(p.pid) + " (" + p.name + ") S " + std::to_string(p.ppid) +
                                   " 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 1 0 4711 102400000 " +
                                   std::to_string(p.rss_kb / 4) + " 1 1 1 0 0 0\n");
    dir.write(folder + "status", "Name:\t" + p.name + "\nState:\tS (sleeping)\nUid:\t" + id + "\t" + id + "\t" + id +
                                     "\t" + id + "\nVmSize:\t100000 kB\nVmRSS:\t" + std::to_string(p.rss_kb) +
                                     " kB\nVmSwap:\t5 kB\nThreads:\t1\n");
    dir.write(folder + "cmdline", p.command);
    dir.write(folder + "cgroup", "0::" + p.cgroup + "\n");
    // The heap holds what is private, the library the rest.
    dir.write(folder + "smaps", mapping("00400000-00500000", "[heap]", p.uss_kb, p.uss_kb, p.uss_kb, p.swap_kb) +
                                    mapping("10000000-10001000", "/lib/libc.so.6 (deleted)", p.rss_kb - p.uss_kb,
                                            p.pss_kb - p.uss_kb, 0, 0) +
                                    mapping("20000000-20001000", "", 0, 0, 0, 0));
  }
  static std::string mapping(const std::string& range, const std::string& name, int rss, int pss, int dirty, int swap) {
    const auto line = [](const char* key, int kb) { return std::string(key) + ": " + std::to_string(kb) + " kB\n"; };
    return range + " rw-p 00000000 00:00 0 " + name + "\n" + line("Size", 4) + line("Rss", rss) + line("Pss", pss) +
           line("Private_Clean", 0) + line("Private_Dirty", dirty) + line("Swap", swap) + line("SwapPss", swap);
  }
  [[nodiscard]] Outcome smem(Words arguments) const {
    arguments.insert(arguments.begin(), {"smem", "--root", dir.path()});
    return run(arguments);
  }
  /// The words of each line of a table without headings.
  [[nodiscard]] std::vector<Words> rows(Words arguments) const {
    arguments.emplace_back("-H");
    const Outcome outcome = smem(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<Words> found;
    for (const std::string& line : lines_of(outcome.out)) found.push_back(words_of(line));
    return found;
  }
  /// The first word of each line.
  [[nodiscard]] Words firsts(const Words& arguments) const {
    Words found;
    for (const Words& row : rows(arguments)) found.push_back(row.at(0));
    return found;
  }
  [[nodiscard]] std::string usage_error(const Words& arguments) const {
    const Outcome outcome = smem(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
    return outcome.err;
  }
  TemporaryDir dir;
};

TEST_F(Views, UsersSumTheirProcesses) {
  EXPECT_EQ(rows({"-u"}), (std::vector<Words>{{"root", "2", "8", "1300", "2900", "7000"},
                                              {"web", "2", "4096", "79200", "80700", "92500"}}));
  EXPECT_EQ(firsts({"-u", "-n", "-r"}), (Words{"33", "0"}));
  EXPECT_EQ(rows({"-u", "-t"}).back(), (Words{"4", "4104", "80500", "83600", "99500"}));
  EXPECT_EQ(rows({"-u"}), rows({"--by", "user"}));
  EXPECT_EQ(firsts({"-u", "-c", "user", "-s", "vss"}), (Words{"root", "web"})) << "smem's names of the columns";
}

TEST_F(Views, EveryKeyOfBy) {
  EXPECT_EQ(firsts({"--by", "name"}), (Words{"nginx", "init", "java"}));
  EXPECT_EQ(rows({"--by=command", "-c", "group count"}), (std::vector<Words>{{"nginx:", "worker", "1"},
                                                                             {"nginx:", "master", "1"},
                                                                             {"/sbin/init", "splash", "1"},
                                                                             {"java", "-jar", "x", "1"}}));
  EXPECT_EQ(rows({"--by=exe", "-c", "group count"}), (std::vector<Words>{{"-", "4"}})) << "the copy has no links";
  EXPECT_EQ(rows({"--by=unit", "-c", "group count pss"}),
            (std::vector<Words>{{"nginx.service", "2", "1600"}, {"init.scope", "1", "2000"}, {"-", "1", "80000"}}));
  EXPECT_EQ(rows({"--by=container", "-c", "group count"}), (std::vector<Words>{{"-", "3"}, {"web-1", "1"}}));
  EXPECT_EQ(firsts({"--by=pod"}), (Words{"-", "prod/api-7"}));
  EXPECT_EQ(rows({"--by=slice", "-c", "group count", "-s", "count"}),
            (std::vector<Words>{{"-", "2"}, {"system.slice", "2"}}));
  EXPECT_THAT(firsts({"--by=cgroup"}), ElementsAre("/system.slice/nginx.service", "/init.scope",
                                                   testing::StartsWith("/kubepods/burstable/pod")));
  EXPECT_EQ(rows({"--by=mapping"}), rows({"-m"}));
  EXPECT_THAT(usage_error({"--by", "colour"}), HasSubstr("--by"));
}

TEST_F(Views, MappingsCountProcessesAndAverages) {
  EXPECT_EQ(smem({"-m", "-t"}).out,
            "Map                       PIDs  AVGPSS    PSS\n"
            "<anonymous>                  4       0      0\n"
            "/lib/libc.so.6 (deleted)     4     775   3100\n"
            "[heap]                       4   20125  80500\n"
            "---------------------------------------------\n"
            "                            12   20900  83600\n");
  EXPECT_EQ(rows({"-m", "-M", "heap", "-c", "map count swap uss avguss rss avgrss vss"}),
            (std::vector<Words>{{"[heap]", "4", "4104", "80500", "20125", "80500", "20125", "4096"}}));
  EXPECT_EQ(rows({"-m", "-P", "nginx", "-c", "pids pss map"}).back(),
            (Words{"2", "1100", "/lib/libc.so.6", "(deleted)"}));
}

TEST_F(Views, SystemIsSmems) {
  EXPECT_EQ(smem({"-w", "-t"}).out,
            "Area                      Used   Cache  Noncache\n"
            "firmware/hardware            0       0         0\n"
            "kernel image                 0       0         0\n"
            "kernel dynamic memory   240000  125000    115000\n"
            "userspace memory        360000   60000    300000\n"
            "free memory             400000  400000         0\n"
            "------------------------------------------------\n"
            "                       1000000  585000    415000\n");
  EXPECT_EQ(rows({"-w", "-R", "1G"}).at(0).at(1), "48576");
  EXPECT_EQ(smem({"-w", "-s", "used", "-r"}).out.find("free memory"),
            smem({"-w", "-s", "used", "-r"}).out.find('\n') + 1);
  EXPECT_EQ(smem({"-w", "-K", dir.path() + "/etc/passwd"}).status, 1);
  EXPECT_THAT(smem({"-w", "-K", dir.path() + "/etc/passwd"}).err, HasSubstr("vmlinux"));
  EXPECT_EQ(smem({"-w", "-K", "/nonexistent"}).status, 1);
}

TEST_F(Views, TreeShowsSubtotals) {
  EXPECT_EQ(smem({"--tree"}).out,
            "PID  Command            Below    PSS  TreeSwap  TreeUSS  TreePSS\n"
            "  1  /sbin/init splash      3   2000      4104    80500    83600\n"
            " 20    java -jar x          0  80000      4096    79000    80000\n"
            " 10    nginx: master        1    900         0      500     1600\n"
            " 11      nginx: worker      0    700         0      200      700\n");
  EXPECT_THAT(usage_error({"--tree", "-s", "pss"}), HasSubstr("--sort"));
  EXPECT_EQ(firsts({"--tree", "-P", "nginx"}), (Words{"10", "11"})) << "what is left without its parents";
}

TEST_F(Views, FiltersAreExtendedExpressions) {
  EXPECT_EQ(firsts({"-P", "^(java|init)$"}), (Words{"1", "20"})) << "of the name";
  EXPECT_EQ(firsts({"-P", "worker$"}), (Words{"11"})) << "of the command";
  EXPECT_EQ(firsts({"-U", "^web$"}), (Words{"11", "20"}));
  EXPECT_EQ(firsts({"-U", "^web$", "-P", "java"}), (Words{"20"}));
  EXPECT_EQ(firsts({"-P", "nothing"}), Words{});
  EXPECT_EQ(rows({"-M", "heap", "-c", "pid rss maps", "-P", "java"}), (std::vector<Words>{{"20", "79000", "1"}}));
  EXPECT_EQ(firsts({"-M", "nothing"}), Words{});
}

TEST_F(Views, ABadExpressionIsAUsageErrorThatShowsWhere) {
  EXPECT_THAT(usage_error({"-P", "java("}), HasSubstr("--processfilter"));
  EXPECT_THAT(usage_error({"-P", "java("}), HasSubstr("at '(' (character 5)"));
  EXPECT_THAT(usage_error({"-U", "[a"}), HasSubstr("at '[a' (character 1)"));
  EXPECT_THAT(usage_error({"-m", "-M", "x{3,1}"}), HasSubstr("--mapfilter"));
}

TEST_F(Views, SortsByEveryColumn) {
  for (const std::string column :
       {"pid",       "user",    "command",   "swap",      "uss",        "pss",        "rss",
        "vsz",       "vss",     "mem_pct",   "swap_pss",  "pss_anon",   "pss_file",   "pss_shmem",
        "pss_dirty", "hugetlb", "locked",    "anon_huge", "ksm",        "referenced", "maps",
        "threads",   "ppid",    "uid",       "name",      "exe",        "oom_score",  "oom_score_adj",
        "cgroup",    "unit",    "container", "pod",       "start_time", "walk"}) {
    EXPECT_EQ(rows({"-s", column, "-c", "pid"}).size(), 4u) << column;
    EXPECT_EQ(rows({"-c", "pid " + column}).size(), 4u) << column;
  }
  EXPECT_EQ(firsts({"-s", "mem_pct", "-c", "pid"}), (Words{"11", "10", "1", "20"}));
  EXPECT_EQ(firsts({"-s", "cgroup", "-c", "pid"}), (Words{"1", "20", "10", "11"}));
  EXPECT_EQ(firsts({"-rs", "swap_pss", "-c", "pid"}), (Words{"20", "1", "10", "11"}));
}

TEST_F(Views, AmountsInUnitsAndShares) {
  EXPECT_EQ(rows({"-k", "-P", "java", "-c", "swap pss"}), (std::vector<Words>{{"4.0M", "78.1M"}}));
  EXPECT_EQ(rows({"-p", "-P", "java", "-c", "swap pss"}), (std::vector<Words>{{"2.05%", "8.00%"}}))
      << "of swap, of RAM";
  EXPECT_EQ(rows({"-p", "-R", "2000000K", "-P", "java", "-c", "pss"}), (std::vector<Words>{{"4.00%"}}));
  EXPECT_EQ(rows({"-a", "-P", "java"}), rows({"-P", "java"}));
  EXPECT_EQ(rows({"-k", "-p"}), rows({"-k"})) << "as smem has it";
}

TEST_F(Views, TopIsTheHeadOfTheSortedList) {
  EXPECT_EQ(firsts({"--top", "2"}), (Words{"20", "1"}));
  EXPECT_EQ(firsts({"--top", "2", "-s", "rss", "-r"}), (Words{"20", "1"}));
  EXPECT_EQ(firsts({"--top", "1", "-s", "swap"}), (Words{"20"}));
  EXPECT_EQ(firsts({"--top", "1", "-U", "root"}), (Words{"1"}));
  EXPECT_EQ(firsts({"--top", "1", "-u"}), (Words{"web"}));
  EXPECT_EQ(firsts({"--top", "1", "-m", "-c", "map"}), (Words{"[heap]"}));
  EXPECT_EQ(firsts({"--top", "99"}).size(), 4u);
  EXPECT_NE(usage_error({"--top", "0"}), "");
  EXPECT_NE(usage_error({"--top", "x"}), "");
  EXPECT_EQ(rows({"--top", "1", "-t"}).back(), (Words{"4", "2", "4104", "80500", "83600", "99500"}))
      << "totals are of all";
  const json document = json::parse(smem({"--top", "1", "--json"}).out);
  EXPECT_EQ(document["processes"].size(), 1u);
  EXPECT_EQ(document["totals"]["processes_count"], 4);
}

TEST_F(Views, VerboseSaysHowManyWereWalked) {
  EXPECT_THAT(smem({"--top", "1", "--verbose"}).err,
              HasSubstr("4 processes listed, the pages of 1 walked, 3 not needed for --top"));
  EXPECT_THAT(smem({"--verbose"}).err, HasSubstr("the pages of 4 walked, 0 not needed"));
  for (const Words& full : std::vector<Words>{{"-s", "swap"}, {"-t"}, {"-M", "heap"}, {"--json"}}) {
    Words words = {"--top", "1", "--verbose"};
    words.insert(words.end(), full.begin(), full.end());
    EXPECT_THAT(smem(words).err, HasSubstr("--top walks every process")) << full[0];
    EXPECT_THAT(smem(words).err, HasSubstr("the pages of 4 walked")) << full[0];
  }
}

TEST_F(Views, LimitsMarkWhatTheySkip) {
  const Outcome outcome = smem({"--max-rss", "10M", "-H", "-c", "pid pss rss walk", "-t"});
  EXPECT_EQ(outcome.status, 0);
  std::vector<Words> found;
  for (const std::string& line : lines_of(outcome.out)) found.push_back(words_of(line));
  EXPECT_EQ(found.at(0), (Words{"20", "-", "90000", "skipped"}));
  EXPECT_EQ(found.at(1), (Words{"11", "700", "2500", "walked"}));
  EXPECT_THAT(outcome.err, HasSubstr("1 process (87.9 MiB RSS) not read"));
  EXPECT_THAT(outcome.err, HasSubstr("not complete"));
  const json document = json::parse(smem({"--budget", "0.0000001", "--json"}).out);
  EXPECT_EQ(document["skipped"]["skipped_count"], 4);
  EXPECT_EQ(document["skipped"]["skipped_rss_bytes"], 99500 * 1024);
  EXPECT_EQ(document["totals"]["complete"], false);
  EXPECT_TRUE(document["totals"]["pss_bytes"].is_null());
  for (const json& process : document["processes"]) EXPECT_EQ(process["walk"], "skipped");
  EXPECT_NE(usage_error({"--budget", "soon"}), "");
  EXPECT_NE(usage_error({"--max-rss", "big"}), "");
  EXPECT_NE(usage_error({"--jobs", "0"}), "");
}

TEST_F(Views, NoWalkHasSizesAlone) {
  EXPECT_EQ(rows({"--no-walk", "-c", "pid swap uss pss rss vsz", "-P", "java"}),
            (std::vector<Words>{{"20", "5", "-", "-", "90000", "100000"}}));
  EXPECT_EQ(firsts({"--no-walk", "-c", "pid"}), (Words{"11", "10", "1", "20"})) << "by RSS, for want of PSS";
  EXPECT_EQ(firsts({"--no-walk", "-c", "pid", "--top", "1"}), (Words{"20"}));
  EXPECT_NE(usage_error({"--no-walk", "-m"}), "");
  EXPECT_NE(usage_error({"--no-walk", "-M", "x"}), "");
}

TEST_F(Views, JobsDoNotChangeWhatIsSaid) {
  for (const Words& view : std::vector<Words>{{}, {"-u"}, {"-m"}, {"--tree"}, {"--json"}, {"--top", "2"}}) {
    Words one = {"--jobs", "1"};
    Words many = {"--jobs", "5"};
    one.insert(one.end(), view.begin(), view.end());
    many.insert(many.end(), view.begin(), view.end());
    EXPECT_EQ(smem(one).out, smem(many).out) << (view.empty() ? "" : view[0]);
  }
}

TEST_F(Views, OneViewAtATime) {
  const std::vector<Words> views = {{"-m"}, {"-u"}, {"-w"}, {"--tree"}, {"--by", "name"}};
  for (std::size_t i = 0; i < views.size(); ++i) {
    for (std::size_t j = i + 1; j < views.size(); ++j) {
      Words both = views[i];
      both.insert(both.end(), views[j].begin(), views[j].end());
      EXPECT_NE(usage_error(both), "");
    }
  }
}

TEST_F(Views, ColumnsOfAnotherViewAreUnknown) {
  EXPECT_THAT(usage_error({"-m", "-s", "pid"}), HasSubstr("unknown column 'pid'"));
  EXPECT_THAT(usage_error({"-w", "-c", "pss"}), HasSubstr("unknown column 'pss'"));
  EXPECT_THAT(usage_error({"-u", "-s", "map"}), HasSubstr("unknown column 'map'"));
}

TEST_F(Views, ACaptureOfSmemcapIsToBeUnpacked) {
  const std::string file = dir.write("capture.tar", "meminfo");
  const Outcome outcome = run({"smem", "-S", file});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("tar xf"));
  EXPECT_EQ(run({"smem", "-w", "-S", file}).status, 1);
  EXPECT_EQ(run({"smem", "-S", dir.path()}).out, smem({}).out) << "-S is --root";
}

TEST_F(Views, HostileNamesStayNamesInEveryView) {
  const std::string evil = "\x1b[2J\"'\\\x01\xff\xfe\n";
  add({50, 1, "a) R 1\n(x", evil + std::string(4000, 'z'), 33, 500, 400, 300, 0,
       "/system.slice/a\\x2db\x1b[1m.service"});
  for (const Words& view : std::vector<Words>{{},
                                              {"--by=command"},
                                              {"--by=name"},
                                              {"--by=unit"},
                                              {"--by=cgroup"},
                                              {"--tree"},
                                              {"-m"},
                                              {"-c", "pid name unit cgroup command"}}) {
    const Outcome outcome = smem(view);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(outcome.out, Not(HasSubstr("\x01")));
    Words as_json = view;
    as_json.emplace_back("--json");
    const std::string document = smem(as_json).out;
    EXPECT_TRUE(json::accept(document)) << document;
  }
  EXPECT_EQ(lines_of(smem({}).out).size(), 6u);
  EXPECT_THAT(smem({"--by=unit"}).out, HasSubstr("a\\x2db"));
  EXPECT_EQ(firsts({"-P", "zzz$", "-c", "pid"}), (Words{"50"}));
}

TEST_F(Views, EveryViewExplainsItself) {
  EXPECT_THAT(smem({"--explain"}).out, HasSubstr("PSS is the figure that adds up"));
  EXPECT_THAT(smem({"--by=container", "--explain"}).out, HasSubstr("The most has web-1: 78.1 MiB"));
  EXPECT_THAT(smem({"-u", "--explain"}).out, HasSubstr("the groups' PSS adds up: to 81.6 MiB, 8.4 %\nof RAM."));
  EXPECT_THAT(smem({"-m", "--explain"}).out, HasSubstr("The most is in [heap]: 78.6 MiB in 4 processes."));
  EXPECT_THAT(smem({"-w", "--explain"}).out, HasSubstr("userspace is what processes hold and map"));
  EXPECT_THAT(smem({"--tree", "--explain"}).out, HasSubstr("Below init, the most is held by java (20)"));
}

TEST_F(Views, AGroupSaysOfHowManyItsSumsKnowNothing) {
  dir.write("proc/11/smaps", "");
  const Outcome outcome = smem({"-u", "-H", "-c", "user count unknown"});
  EXPECT_THAT(lines_of(outcome.out), testing::UnorderedElementsAre(HasSubstr("root"), HasSubstr("web")));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("web +2 +1\n"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("root +2 +0\n"));
  EXPECT_THAT(outcome.err, HasSubstr("rows that lack a part of their processes: 1 (-o +unknown"));
}

TEST_F(Views, AGiantThatWasNotWalkedIsNamed) {
  const Outcome outcome = smem({"--top", "1", "--max-rss", "50M"});
  EXPECT_THAT(outcome.err, HasSubstr("not among the rows, since its pages were not walked: java (20), 87.9 MiB RSS"));
  EXPECT_THAT(smem({"--max-rss", "50M"}).err, Not(HasSubstr("not among the rows"))) << "it is among them";
}

}  // namespace
}  // namespace memkit
