// Transcripts of commands over captured roots, in tests/cli/golden. MEMKIT_UPDATE_GOLDEN=1 writes them anew: read
// the difference before it is committed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using Words = std::vector<std::string>;

/// A document as a transcript shows it: indented, keys in their order, without the program's version.
std::string shown_json(const std::string& text) {
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(text);
  EXPECT_FALSE(document.value("version", "").empty());
  document["version"] = "VERSION";
  return document.dump(2) + "\n";
}

/// What the commands print, run beside the captured roots.
std::string transcript(const std::vector<Words>& commands, unsigned short tty_columns) {
  Given given;
  given.cwd = MEMKIT_SOURCE_DIR "/testdata/roots";
  given.tty_columns = tty_columns;
  given.env = {"TERM=xterm", "NO_COLOR", "COLUMNS"};
  std::string text;
  for (const Words& words : commands) {
    const Outcome outcome = run(words, given);
    const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
    text += (text.empty() ? "$ memkit " : "\n$ memkit ") + joined(words) + "\n";
    text += json ? shown_json(outcome.out) : outcome.out;
    for (const std::string& line : lines_of(outcome.err)) text += "stderr: " + line + "\n";
    if (outcome.status != 0) text += "exit status: " + std::to_string(outcome.status) + "\n";
  }
  return text;
}

struct Golden {
  const char* file;
  std::vector<Words> commands;
  unsigned short tty_columns = 0;
};

constexpr const char* kVm = "--root=6.18-x86_64-vm";

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.file; }

std::string golden_name(const testing::TestParamInfo<Golden>& test) {
  std::string name = test.param.file;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

struct Transcript : testing::TestWithParam<Golden> {};

TEST_P(Transcript, IsAsBefore) {
  const std::string file = std::string(MEMKIT_SOURCE_DIR "/tests/cli/golden/") + GetParam().file + ".txt";
  const std::string now = transcript(GetParam().commands, GetParam().tty_columns);
  const char* const update = std::getenv("MEMKIT_UPDATE_GOLDEN");
  if (update != nullptr && *update == '1') {
    std::ofstream(file, std::ios::binary) << now;
    GTEST_SKIP() << "skipped: " << file << " was written anew";
  }
  const Words lines = lines_of(now);
  const Words before = lines_of(read_file(file));
  const auto [here, there] = std::mismatch(lines.begin(), lines.end(), before.begin(), before.end());
  if (here == lines.end() && there == before.end()) return;
  FAIL() << file << ":" << there - before.begin() + 1 << "\n  was " << (there == before.end() ? "(end)" : *there)
         << "\n  is  " << (here == lines.end() ? "(end)" : *here) << "\nMEMKIT_UPDATE_GOLDEN=1 writes it anew";
}

const Golden kGoldens[] = {
    {"free-rows",
     {{"free", kVm},
      {"free", kVm, "-h"},
      {"free", kVm, "-w"},
      {"free", kVm, "-ltv"},
      {"free", kVm, "-h", "--si"},
      {"free", kVm, "-L"},
      {"free", kVm, "-L", "-h"},
      {"free", kVm, "-n"},
      {"free", kVm, "-o", "free,AVAILABLE"},
      {"free", kVm, "-o", "+buffers"},
      {"free", kVm, "--health"}}},
    {"free-breakdown",
     {{"free", kVm, "--breakdown"},
      {"free", kVm, "--breakdown", "-b", "-o", "id,size"},
      {"free", kVm, "--breakdown", "-m", "--health"}}},
    {"free-breakdown-terminal", {{"free", kVm, "--breakdown"}}, 80},
    {"free-nodes", {{"free", kVm, "--nodes"}, {"free", kVm, "--nodes", "-wh"}}},
    {"free-cgroup",
     {{"free", kVm, "--cgroup"},
      {"free", kVm, "--cgroup=/"},
      {"free", kVm, "--cgroup=/fixture-2/fixture-3"},
      {"free", kVm, "--cgroup=/nowhere"}}},
    {"free-explain", {{"free", kVm, "--explain"}}},
    {"free-check",
     {{"free", kVm, "--check"},
      {"free", kVm, "--check", "--warning", "99%:"},
      {"free", kVm, "--check", "--critical", "swap_used=@0:50%"}}},
    {"free-json", {{"free", kVm, "--json"}}},
    {"smem", {{"smem", kVm}, {"smem", kVm, "-trk"}, {"smem", kVm, "--explain"}}},
    {"smem-json", {{"smem", kVm, "--json"}}},
    {"psi",
     {{"psi", kVm},
      {"psi", kVm, "all"},
      {"psi", kVm, "--cgroup"},
      {"psi", kVm, "--cgroup=/fixture-1"},
      {"psi", kVm, "--by", "cgroup", "--all"},
      {"psi", kVm, "--check", "-c", "full.avg60=0.5"},
      {"psi", kVm, "io", "--explain"}}},
    {"psi-json", {{"psi", kVm, "--json"}}},
    {"slab",
     {{"slab", kVm, "--top", "8"},
      {"slab", kVm, "-s", "c", "--top", "8", "--output", "+waste,slab,ram,reclaimable,kind"},
      {"slab", kVm, "--by", "kind"},
      {"slab", kVm, "^(dentry|.*_inode_cache)$", "--output", "name,size,aliases"},
      {"slab", kVm, "--explain", "--top", "1"}}},
    {"pmap",
     {{"pmap", kVm, "5007"},
      {"pmap", kVm, "5007", "-x"},
      {"pmap", kVm, "5007", "--kind"},
      {"pmap", kVm, "5007", "--group", "--top", "3"},
      {"pmap", kVm, "5007", "--explain"}}},
    {"oom", {{"oom", kVm}, {"oom", kVm, "--explain"}, {"oom", kVm, "--what-if", "5008=900", "--top", "2"}}},
    {"report", {{"report", kVm}, {"report", kVm, "--top=1", "--explain"}}},
    {"report-terminal", {{"report", kVm}}, 60},
    {"report-json", {{"report", kVm, "--json"}}},
};

INSTANTIATE_TEST_SUITE_P(Of, Transcript, testing::ValuesIn(kGoldens), golden_name);

}  // namespace
}  // namespace memkit
