// Every root of the corpus of real captures, where it is there: each command ends well or says why not, its JSON is
// valid, and no figure of one root comes from anywhere but that root's own files, read here by other means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Words = std::vector<std::string>;

/// The folders to give as --root: those that hold proc/, those that hold meminfo themselves, and whatever else lies
/// at the top, which commands have to refuse.
Words corpus_roots() {
  std::set<std::string> found;
  const fs::path top = corpus_dir() + "/roots";
  for (const auto& group : fs::directory_iterator(top)) {
    if (!group.is_directory()) continue;
    if (fs::exists(group.path() / "proc")) found.insert(group.path());
    for (auto at = fs::recursive_directory_iterator(group); at != fs::recursive_directory_iterator(); ++at) {
      if (!at->is_directory() || at->is_symlink()) continue;
      const std::string name = at->path().filename();
      const bool holds_proc = fs::is_directory(at->path() / "proc");
      if (holds_proc || name == "proc" || at.depth() == 0 || fs::exists(at->path() / "meminfo"))
        found.insert(at->path());
      if (name == "proc" || name == "sys" || name == "sos_commands" || at.depth() > 2) at.disable_recursion_pending();
    }
  }
  return {found.begin(), found.end()};
}

/// The text of a file below a root, without the NULs that some captures pad with; nothing where there is none.
std::optional<std::string> text_in(const std::string& root, const std::string& path) {
  fs::path file = fs::path(root) / path;
  if (path.starts_with("proc/") && !fs::exists(fs::path(root) / "proc") && fs::exists(fs::path(root) / "meminfo")) {
    file = fs::path(root) / path.substr(5);
  }
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  std::string text = read_file(file);
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> first_line(const std::string& root, const std::string& path) {
  const std::optional<std::string> text = text_in(root, path);
  if (!text) return std::nullopt;
  std::string line = text->substr(0, text->find('\n'));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// "Key: number kB" lines as bytes, the key's last word alone ("Node 0 MemTotal" counts as MemTotal).
std::map<std::string, json> sizes_in(const std::optional<std::string>& text) {
  std::map<std::string, json> found;
  for (const std::string& line : lines_of(text.value_or(""))) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const Words keys = words_of(line.substr(0, colon));
    const Words values = words_of(line.substr(colon + 1));
    if (keys.empty() || values.size() != 2 || values[1] != "kB") continue;
    unsigned long long kb = 0;
    try {
      kb = std::stoull(values[0]);
    } catch (const std::exception&) {
      continue;
    }
    // Counters that went below zero are no figures.
    if (kb < 1ull << 53) found.emplace(keys.back(), kb * 1024);
  }
  return found;
}

/// Null, or just what the root's file says.
void expect_from(const json& value, const std::map<std::string, json>& file, const std::string& key) {
  if (value.is_null()) return;
  const auto at = file.find(key);
  ASSERT_NE(at, file.end()) << key << " is invented: " << value;
  EXPECT_EQ(value, at->second) << key;
}

/// Null, or one of the texts.
void expect_one_of(const json& value, const std::vector<std::optional<std::string>>& texts, const char* what) {
  if (value.is_null()) return;
  for (const auto& text : texts) {
    if (text && value == *text) return;
  }
  ADD_FAILURE() << what << " is not of this root: " << value;
}

void expect_envelope(const json& document, const std::string& root) {
  EXPECT_EQ(document["source"], root);
  expect_one_of(document["host"], {first_line(root, "proc/sys/kernel/hostname"), first_line(root, "etc/hostname")},
                "host");
  expect_one_of(document["boot_id"], {first_line(root, "proc/sys/kernel/random/boot_id")}, "boot_id");
  EXPECT_TRUE(document["time"].is_null()) << "none of these captures says when it was made";
  if (!document["uptime_s"].is_null()) {
    const Words words = words_of(text_in(root, "proc/uptime").value_or(""));
    ASSERT_FALSE(words.empty()) << "uptime is invented";
    EXPECT_NEAR(document["uptime_s"].get<double>(), std::stod(words[0]), 0.01);
  }
}

void expect_free(const json& document, const std::string& root) {
  const auto meminfo = sizes_in(text_in(root, "proc/meminfo"));
  EXPECT_EQ(document["memory"]["total_bytes"], meminfo.at("MemTotal"));
  expect_from(document["memory"]["free_bytes"], meminfo, "MemFree");
  expect_from(document["memory"]["shared_bytes"], meminfo, "Shmem");
  expect_from(document["memory"]["buffers_bytes"], meminfo, "Buffers");
  expect_from(document["swap"]["total_bytes"], meminfo, "SwapTotal");
  expect_from(document["swap"]["free_bytes"], meminfo, "SwapFree");
  expect_from(document["commit"]["limit_bytes"], meminfo, "CommitLimit");
  expect_from(document["commit"]["committed_bytes"], meminfo, "Committed_AS");
  if (document["health"]["available_from"] == "meminfo") {
    EXPECT_EQ(document["health"]["available_bytes"], meminfo.at("MemAvailable"));
  }
  for (const json& node : document["nodes"]) {
    const std::string file = "sys/devices/system/node/node" + std::to_string(node["node"].get<int>()) + "/meminfo";
    const auto own = sizes_in(text_in(root, file));
    EXPECT_TRUE(fs::exists(fs::path(root) / file) || node["memory"]["total_bytes"].is_null());
    expect_from(node["memory"]["total_bytes"], own, "MemTotal");
    expect_from(node["memory"]["free_bytes"], own, "MemFree");
    expect_from(node["memory"]["shared_bytes"], own, "Shmem");
  }
  if (!document["cgroup"].is_null()) {
    EXPECT_TRUE(fs::exists(fs::path(root) / "sys/fs/cgroup")) << "a cgroup of another system";
  }
  if (!text_in(root, "proc/zoneinfo")) {
    EXPECT_TRUE(document["available_rebuilt"]["zones"].empty());
  }
  if (!text_in(root, "proc/spl/kstat/zfs/arcstats")) {
    EXPECT_TRUE(document["health"]["zfs_arc"]["size_bytes"].is_null());
  }
}

/// AnonPages and Mapped in kB over the same in pages: near a page size.
void expect_page_size(const json& value, const std::string& root) {
  if (value.is_null()) return;
  const auto meminfo = sizes_in(text_in(root, "proc/meminfo"));
  double mapped = 0;
  for (const std::string& line : lines_of(text_in(root, "proc/vmstat").value_or(""))) {
    const Words words = words_of(line);
    if (words.size() == 2 && words[0] == "nr_mapped") mapped = std::stod(words[1]);
  }
  ASSERT_GT(mapped, 0) << "page size is invented";
  EXPECT_NEAR(meminfo.at("Mapped").get<double>() / mapped / value.get<double>(), 1, 0.15);
}

void expect_pressure(const json& pressure, const std::string& root, const std::string& name) {
  if (pressure.is_null()) return;
  const std::optional<std::string> text = text_in(root, "proc/pressure/" + name);
  ASSERT_TRUE(text) << name << " pressure is invented";
  for (const char* line : {"some", "full"}) {
    if (pressure[line]["total_us"].is_null()) continue;
    EXPECT_NE(text->find("total=" + pressure[line]["total_us"].dump()), std::string::npos);
  }
}

void expect_report(const json& document, const std::string& root) {
  const auto meminfo = sizes_in(text_in(root, "proc/meminfo"));
  EXPECT_EQ(document["health"]["total_bytes"], meminfo.at("MemTotal"));
  const Words version = words_of(text_in(root, "proc/version").value_or(""));
  expect_one_of(
      document["kernel_release"],
      {first_line(root, "proc/sys/kernel/osrelease"), version.size() > 2 ? std::optional(version[2]) : std::nullopt},
      "kernel_release");
  expect_page_size(document["page_size_bytes"], root);
  expect_from(document["swap"]["cached_bytes"], meminfo, "SwapCached");
  expect_from(document["lists"]["active_anon_bytes"], meminfo, "Active(anon)");
  expect_from(document["lists"]["inactive_anon_bytes"], meminfo, "Inactive(anon)");
  expect_from(document["lists"]["active_file_bytes"], meminfo, "Active(file)");
  expect_from(document["lists"]["inactive_file_bytes"], meminfo, "Inactive(file)");
  expect_from(document["lists"]["unevictable_bytes"], meminfo, "Unevictable");
  expect_from(document["lists"]["mlocked_bytes"], meminfo, "Mlocked");
  expect_from(document["slab"]["slab_bytes"], meminfo, "Slab");
  expect_from(document["slab"]["sreclaimable_bytes"], meminfo, "SReclaimable");
  expect_from(document["slab"]["sunreclaim_bytes"], meminfo, "SUnreclaim");
  for (const char* name : {"memory", "cpu", "io", "irq"}) expect_pressure(document["pressure"][name], root, name);
  for (const json& area : document["swap"]["areas"]) {
    EXPECT_NE(text_in(root, "proc/swaps").value_or("").find(words_of(area["name"].get<std::string>()).at(0)),
              std::string::npos);
  }
  for (const json& device : document["swap"]["zram"]) {
    EXPECT_TRUE(fs::exists(fs::path(root) / "sys/block" / device["name"].get<std::string>()));
  }
  EXPECT_TRUE(document["delta"].is_null());
}

/// Processes are the root's own, under their own names.
void expect_processes(const json& processes, const std::string& root) {
  for (const json& process : processes) {
    const std::string pid = std::to_string(process["pid"].get<int>());
    const bool proc_folder = !fs::exists(fs::path(root) / "proc");
    EXPECT_TRUE(fs::is_directory(fs::path(root) / (proc_folder ? pid : "proc/" + pid))) << pid << " is invented";
    if (process["name"].is_null()) continue;
    const std::string name = process["name"];
    bool found = false;
    for (const char* file : {"/stat", "/status", "/comm"}) {
      found = found || text_in(root, "proc/" + pid + file).value_or("").find(name) != std::string::npos;
    }
    EXPECT_TRUE(found || name.find_first_of("\\\n\xef") != std::string::npos) << pid << " is not called " << name;
  }
}

/// What tells this machine from any other.
struct ThisMachine {
  std::string boot_id = words_of(read_file("/proc/sys/kernel/random/boot_id")).at(0);
};

struct Corpus : testing::Test {
  void SetUp() override { SKIP_WITHOUT_CORPUS(); }

  /// Runs within bounds; fails the test where the contract is broken.
  Outcome checked(const Words& words) const {
    const auto begin = std::chrono::steady_clock::now();
    Outcome outcome = run(words, {.timeout_s = 60});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), 30) << joined(words);
    EXPECT_TRUE(outcome.status == 0 || outcome.status == 1) << outcome.status;
    EXPECT_LE(lines_of(outcome.err).size(), 1u) << outcome.err;
    if (outcome.status == 1) {
      EXPECT_EQ(lines_of(outcome.err).size(), 1u);
    }
    EXPECT_EQ(outcome.out.find(machine.boot_id), std::string::npos) << "this machine's boot id";
    for (const char byte : outcome.out + outcome.err) {
      EXPECT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n') << "control character " << int{byte};
    }
    return outcome;
  }
  ThisMachine machine;
};

TEST_F(Corpus, EveryRootGivesItsOwnFiguresOrAReason) {
  const Words roots = corpus_roots();
  EXPECT_GT(roots.size(), 40u);
  std::string documents;
  std::map<std::string, int> good;
  for (const std::string& root : roots) {
    for (const std::string command : {"free", "smem", "report"}) {
      SCOPED_TRACE(command + " --root " + root);
      const Outcome text = checked({command, "--root", root});
      const Outcome document = checked({command, "--json", "--root", root});
      EXPECT_EQ(text.status, document.status);
      EXPECT_EQ(text.err, document.err);
      EXPECT_EQ(text.out.empty(), text.status != 0);
      ASSERT_TRUE(json::accept(document.out)) << document.out.substr(0, 500);
      documents += document.out;
      const json parsed = json::parse(document.out);
      const bool has_total = sizes_in(text_in(root, "proc/meminfo")).contains("MemTotal");
      if (command != "smem") {
        EXPECT_EQ(document.status == 0, has_total) << text.err;
      }
      if (document.status != 0) {
        EXPECT_EQ(parsed["schema"], "memkit.error/1");
        continue;
      }
      ++good[command];
      expect_envelope(parsed, root);
      if (command == "free") expect_free(parsed, root);
      if (command == "report") expect_report(parsed, root);
      if (command == "smem") expect_processes(parsed["processes"], root);
      if (command == "report") expect_processes(parsed["processes"]["top"], root);
    }
  }
  EXPECT_GT(good["free"], 30);
  EXPECT_GT(good["report"], 30);
  EXPECT_GT(good["smem"], 5);

  SKIP_WITHOUT_TOOL("python3");
  const TemporaryDir dir;
  const Outcome valid = run({MEMKIT_SOURCE_DIR "/tests/cli/validate.py", MEMKIT_SOURCE_DIR "/cmd/share/schemas",
                             dir.write("documents", documents)},
                            {.program = "python3"});
  if (valid.status == 77) GTEST_SKIP() << "skipped: " << valid.out;
  EXPECT_EQ(valid.status, 0) << valid.out;
}

TEST_F(Corpus, EveryViewOfFreeOnEveryRoot) {
  std::size_t number = 0;
  for (const std::string& root : corpus_roots()) {
    if (sanitized() && number++ % 4 != 0) continue;
    for (const Words& view : std::vector<Words>{
             {"-hltvw"}, {"-L"}, {"--breakdown"}, {"--nodes"}, {"--cgroup"}, {"--explain"}, {"--health"}}) {
      SCOPED_TRACE(joined(view) + " --root " + root);
      Words words = {"free", "--root", root};
      words.insert(words.end(), view.begin(), view.end());
      const Outcome outcome = checked(words);
      EXPECT_EQ(outcome.out.empty(), outcome.status != 0);
      if (HasFailure()) return;
    }
    const Outcome check = run({"free", "--check", "--root", root});
    EXPECT_GE(check.status, 0);
    EXPECT_LE(check.status, 3);
    EXPECT_EQ(lines_of(check.out).size(), 1u) << root;
  }
}

/// The parts and the residual are MemTotal, wherever there is a residual.
TEST_F(Corpus, TheBreakdownSumsToMemTotal) {
  int with_residual = 0;
  for (const std::string& root : corpus_roots()) {
    const Outcome outcome = run({"free", "--json", "--root", root});
    if (outcome.status != 0) continue;
    const json breakdown = json::parse(outcome.out)["breakdown"];
    if (breakdown["residual_bytes"].is_null()) {
      EXPECT_FALSE(breakdown["residual_why"].is_null()) << root;
      continue;
    }
    std::int64_t sum = breakdown["residual_bytes"].get<std::int64_t>();
    for (const json& part : breakdown["parts"]) sum += part["bytes"].get<std::int64_t>();
    EXPECT_EQ(sum, breakdown["total_bytes"].get<std::int64_t>()) << root;
    ++with_residual;
  }
  EXPECT_GT(with_residual, 10);
}

}  // namespace
}  // namespace memkit
