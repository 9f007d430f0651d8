// The JSON documents against their schemas, and the schemas against the contract.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

const std::string kSchemas = MEMKIT_SOURCE_DIR "/cmd/share/schemas";

std::vector<json> schemas() {
  std::vector<json> found;
  for (const auto& file : std::filesystem::directory_iterator(kSchemas)) {
    found.push_back(json::parse(read_file(file.path())));
  }
  return found;
}

/// Objects are closed, and every key of theirs is always there.
void expect_strict(const json& schema, const std::string& place) {
  if (schema.is_object() && schema.contains("properties") && schema["properties"].is_object()) {
    EXPECT_EQ(schema.value("additionalProperties", true), false) << place;
    std::set<std::string> keys;
    for (const auto& [key, ignored] : schema["properties"].items()) keys.insert(key);
    EXPECT_EQ(schema.at("required").get<std::set<std::string>>(), keys) << place;
  }
  if (schema.is_structured()) {
    for (const auto& [key, inner] : schema.items()) expect_strict(inner, place + "/" + key);
  }
}

TEST(Schemas, AreStrict) {
  EXPECT_GE(schemas().size(), 8u);
  for (const json& schema : schemas()) expect_strict(schema, schema.at("$id").get<std::string>());
}

/// Keys end in their unit, and what is no number is null.
void expect_units(const json& value, const std::string& key) {
  if (key.ends_with("_bytes") || key.ends_with("_count") || key.ends_with("_pages") || key.ends_with("_us")) {
    EXPECT_TRUE(value.is_null() || value.is_number_integer()) << key << ": " << value;
  }
  if (key.ends_with("_pct") || key.ends_with("_s")) {
    EXPECT_TRUE(value.is_null() || value.is_number()) << key;
  }
  if (!value.is_structured()) return;
  for (const auto& [name, inner] : value.items()) {
    if (value.is_object()) {
      EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos) << name;
    }
    expect_units(inner, value.is_object() ? name : "");
  }
}

/// Every kind of document that can be had here, a line each.
std::string documents() {
  std::string text;
  const auto add = [&](const Words& words) {
    const Outcome outcome = run(words);
    EXPECT_EQ(lines_of(outcome.out).size(), 1u) << joined(words) << outcome.err;
    text += outcome.out;
  };
  Words roots = {"/"};
  for (const auto& root : std::filesystem::directory_iterator(MEMKIT_SOURCE_DIR "/testdata/roots")) {
    if (root.is_directory()) roots.push_back(root.path());
  }
  const TemporaryDir least;
  least.write("proc/meminfo", "MemTotal: 1 kB\n");
  const TemporaryDir odd;
  odd.write("proc/meminfo", meminfo_text(with(with(kSixteenGb, "Committed_AS", 99000000), "AnonPages", 90000000)));
  odd.write("proc/sys/kernel/hostname", "a\xff\x1b\"\\\n");
  odd.write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/a\\040b\\134\"\\040(deleted)\tfile\t100\t20\t-2\n");
  odd.write("proc/pressure/cpu", "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n");
  odd.write("proc/pressure/irq", "full avg10=1.00 avg60=2.00 avg300=3.00 total=4\n");
  odd.write("proc/77/status", "Name:\t\xf0\x28\nUid:\t0\t0\t0\t0\nVmSize:\t9 kB\nVmRSS:\t5 kB\nThreads:\t1\n");
  roots.insert(roots.end(), {least.path(), odd.path()});
  for (const std::string command : {"free", "smem", "psi", "oom", "report"}) {
    add({command, "--json"});
    for (const std::string& root : roots) {
      if ((command != "smem" && command != "oom") || root != least.path()) add({command, "--json", "--root", root});
    }
    add({command, "--json", "--root", "/nowhere"});
    add({command, "--json", "--no-such-option"});
  }
  for (const Words& view : std::vector<Words>{{"-u"}, {"--by=unit"}, {"-m"}, {"-w"}, {"--tree"}, {"--no-walk"}}) {
    for (const std::string& root : roots) {
      const bool reads_processes = view[0] != "-w";
      if (view[0] == "--no-walk" && root == "/") continue;
      if (reads_processes && root == least.path()) continue;
      Words words = {"smem", "--json", "--root", root};
      words.insert(words.end(), view.begin(), view.end());
      add(words);
    }
  }
  add({"smem", "--json", "--budget", "0.000001"});
  add({"smem", "--json", "--max-rss", "1K", "--top", "3"});
  for (const std::string& root : roots) {
    // A pid that the captures share with no other thing: those of a kernel thread, a zombie, an end in mid-list.
    const std::string own = std::to_string(getpid());
    for (const char* const view : {"--smaps", "--kind", "--group"}) {
      add({"pmap", "--json", view, "--root", root, root == "/" ? own : "5007", "5013", "2", "77"});
    }
  }
  add({"pmap", "--json", std::to_string(getpid()), "--range", "ffffffffff600000"});
  add({"pmap", "--json", "--no-such-option"});
  const std::string captured = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
  add({"pmap", "--json", "--diff", captured, captured, "5007"});
  for (const auto& log : std::filesystem::directory_iterator(MEMKIT_SOURCE_DIR "/testdata/klog")) {
    add({"oom", "--log", "--json", log.path()});
  }
  for (const auto& log : std::filesystem::directory_iterator(MEMKIT_SOURCE_DIR "/testdata/oom")) {
    if (log.path().extension() == ".log") add({"oom", "--json", log.path(), log.path()});
  }
  add({"oom", "--json", "--event", "last", MEMKIT_SOURCE_DIR "/testdata/oom/6.1-tmpfs.log"});
  add({"oom", "--json", "--event", "9", MEMKIT_SOURCE_DIR "/testdata/oom/6.1-tmpfs.log"});
  const Outcome track = run({"pmap", "--track", "-J", "--interval", "0.02", "--count", "3", std::to_string(getpid())});
  EXPECT_EQ(lines_of(track.out).size(), 4u) << track.err;
  text += track.out;
  add({"oom", "--json", "--what-if", std::to_string(getpid()) + "=7", "--what-if-kill", std::to_string(getppid())});
  add({"report", "--json", "--interval", "0.1"});
  for (const std::string& root : roots) {
    add({"slab", "--json", "--root", root});
    add({"slab", "dentry", "--json", "--root", root});
  }
  add({"slab", "--json"});
  add({"slab", "--json", "--no-such-option"});
  add({"psi", "all", "--json", "--look", "0.1"});
  add({"psi", "--json", "--cgroup"});
  add({"psi", "--json", "--by", "cgroup", "--all"});
  add({"psi", "cpu", "--json", "--wait", "--timeout", "0.1"});
  add({"psi", "--json", "--interval", "0.1", "--count", "1"});
  add({"report", "--json", "--top", "0"});
  add({"report", "--json", "--diff", MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm",
       MEMKIT_SOURCE_DIR "/testdata/roots/6.1-x86_64-qemu-v2"});
  add({"report", "--json", "--diff", least.path(), odd.path()});
  for (const std::string& root : roots) {
    const Outcome records = run({"report", "--format", "ndjson", "--root", root});
    EXPECT_GT(lines_of(records.out).size(), 5u) << records.err;
    text += records.out;
  }
  add({"free", "--json", "-h", "--nodes", "--breakdown", "--cgroup", "-L"});
  add({"free", "--json", "--cgroup=/nowhere"});
  add({"free", "--check", "--json"});
  return text;
}

TEST(Schemas, HoldForEveryDocument) {
  SKIP_WITHOUT_TOOL("python3");
  const TemporaryDir dir;
  const std::string file = dir.write("documents", documents());
  const Outcome outcome = run({MEMKIT_SOURCE_DIR "/tests/cli/validate.py", kSchemas, file}, {.program = "python3"});
  if (outcome.status == 77) GTEST_SKIP() << "skipped: " << outcome.out;
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
}

TEST(Schemas, ValidatorFindsFaults) {
  SKIP_WITHOUT_TOOL("python3");
  const TemporaryDir dir;
  json good = json::parse(run({"report", "--json"}).out);
  const auto status_of = [&](const json& document) {
    return run({MEMKIT_SOURCE_DIR "/tests/cli/validate.py", kSchemas, dir.write("document", document.dump() + "\n")},
               {.program = "python3"})
        .status;
  };
  if (status_of(good) == 77) GTEST_SKIP() << "skipped: python3-jsonschema is not installed";
  EXPECT_EQ(status_of(good), 0);
  json bad = good;
  bad["swap"]["more"] = 1;
  EXPECT_EQ(status_of(bad), 1);
  bad = good;
  bad["health"].erase("usable_pct");
  EXPECT_EQ(status_of(bad), 1);
  bad = good;
  bad["page_size_bytes"] = "4096";
  EXPECT_EQ(status_of(bad), 1);
  bad = good;
  bad["schema"] = "memkit.other/1";
  EXPECT_EQ(status_of(bad), 1);
}

TEST(Json, KeysNameTheirUnits) {
  int count = 0;
  for (const std::string& line : lines_of(documents())) {
    expect_units(json::parse(line), "");
    ++count;
  }
  EXPECT_GT(count, 15);
}

TEST(Json, TypesDoNotDependOnOptions) {
  const std::string root = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
  const Outcome plain = run({"free", "--json", "--root", root});
  for (const Words& words : std::vector<Words>{{"-h"},
                                               {"-g", "--si"},
                                               {"-ltvw"},
                                               {"-L"},
                                               {"--nodes"},
                                               {"--breakdown"},
                                               {"--health"},
                                               {"--explain"},
                                               {"-n"},
                                               {"-o", "free"},
                                               {"--cgroup"},
                                               {"--color=always"}}) {
    Words all = {"free", "--json", "--root", root};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(run(all).out, plain.out) << joined(words);
  }
}

TEST(Json, EnvelopeOfTheLiveMachine) {
  for (const std::string command : {"free", "smem", "oom", "report"}) {
    const json document = json::parse(run({command, "--json"}).out);
    EXPECT_EQ(document["schema"], "memkit." + command + "/1");
    EXPECT_EQ(document["source"], "live");
    EXPECT_EQ(document["host"].get<std::string>() + "\n", read_file("/proc/sys/kernel/hostname"));
    EXPECT_EQ(document["boot_id"].get<std::string>() + "\n", read_file("/proc/sys/kernel/random/boot_id"));
    EXPECT_THAT(document["time"].get<std::string>(), testing::MatchesRegex("20..-..-..T..:..:..\\.[0-9]+Z"));
    EXPECT_NEAR(document["uptime_s"].get<double>(), std::stod(read_file("/proc/uptime")), 5);
  }
}

TEST(Json, JqReadsIt) {
  SKIP_WITHOUT_TOOL("jq");
  EXPECT_EQ(shell("\"$MEMKIT\" free --json | jq -e '.memory.total_bytes > 0 and .health.status != null'").out,
            "true\n");
  EXPECT_EQ(shell("\"$MEMKIT\" report --json | jq -e '.where | map(.id) | index(\"anonymous\")'").out, "0\n");
  EXPECT_EQ(shell("\"$MEMKIT\" free --json -s 0.02 -c 3 | jq -c -s 'length'").out, "3\n");
  EXPECT_EQ(shell("\"$MEMKIT\" free --json --bad 2>/dev/null | jq .exit_status").out, "2\n");
}

TEST(Json, PartsAndResidualSumToMemTotal) {
  const json breakdown = json::parse(run({"free", "--json"}).out)["breakdown"];
  std::int64_t sum = breakdown["residual_bytes"].is_null() ? 0 : breakdown["residual_bytes"].get<std::int64_t>();
  for (const json& part : breakdown["parts"]) {
    if (!part["bytes"].is_null()) sum += part["bytes"].get<std::int64_t>();
  }
  if (breakdown["residual_bytes"].is_null()) {
    GTEST_SKIP() << "skipped: no residual here: " << breakdown["residual_why"];
  }
  EXPECT_EQ(sum, breakdown["total_bytes"].get<std::int64_t>());
}

}  // namespace
}  // namespace memkit
