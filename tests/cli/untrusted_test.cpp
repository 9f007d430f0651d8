// --root on what a stranger sent: links that lead out, FIFOs and devices for files, files without an end, folders
// without number, names that attack whatever shows them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "cli/every_command.h"
#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

const std::string kCaptured = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

/// A copy of a capture, with files that only other captures have.
struct Untrusted : testing::Test {
  void SetUp() override {
    fs::copy(kCaptured, root, fs::copy_options::recursive);
    for (const char* const file :
         {"var/log/messages", "var/log/kern.log", "var/log/dmesg", "sos_commands/process/ps_auxwww", "etc/hostname",
          "memkit/capture.json", "proc/sysvipc/shm", "var/lib/containers/storage/overlay-containers/containers.json"}) {
      if (!fs::exists(root + "/" + file)) dir.write("root/" + std::string(file), "x\n");
    }
  }

  /// Puts something else in the place of every file but meminfo, without which nothing else would be read.
  void replace_files(const std::function<void(const std::string&)>& put) const {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (!fs::is_directory(entry.symlink_status()) && entry.path() != root + "/proc/meminfo")
        files.push_back(entry.path());
    }
    for (const fs::path& file : files) {
      fs::remove(file);
      put(file.string());
    }
  }

  /// No command waits, ends by a signal, or shows anything of what lies behind a link.
  void expect_survival(const std::string& what) const {
    std::vector<Words> all = root_commands(root, "5007", log);
    all.insert(all.end(), {{"oom", "--log", "--root", root}, {"smem", "--by", "container", "--root", root}});
    for (Words words : all) {
      for (const bool with_json : {false, true}) {
        if (with_json) words.emplace_back("--json");
        const Outcome outcome = run(words, {.timeout_s = 20});
        EXPECT_THAT(outcome.status, AnyOf(0, 1, 42)) << what << ": " << joined(words) << outcome.err;
        EXPECT_TRUE(!with_json || json::accept(outcome.out)) << what << ": " << joined(words) << outcome.out;
        EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("root:x:0:0"))) << what << ": " << joined(words);
        EXPECT_TRUE(outcome.status == 0 || lines_of(outcome.err).size() == 1) << what << outcome.err;
      }
    }
  }

  const TemporaryDir dir;
  const std::string root = dir.path() + "/root";
  const std::string log = dir.write("log", one_kill());
};

TEST_F(Untrusted, FifosForFiles) {
  replace_files([](const std::string& file) { ASSERT_EQ(mkfifo(file.c_str(), 0644), 0); });
  expect_survival("FIFOs");
}

TEST_F(Untrusted, DevicesForFiles) {
  const std::string probe = dir.path() + "/zero";
  if (mknod(probe.c_str(), S_IFCHR | 0644, makedev(1, 5)) != 0) GTEST_SKIP() << "skipped: no device can be made here";
  replace_files([](const std::string& file) { ASSERT_EQ(mknod(file.c_str(), S_IFCHR | 0644, makedev(1, 5)), 0); });
  expect_survival("/dev/zero");
}

TEST_F(Untrusted, SocketsForFiles) {
  replace_files([](const std::string& file) {
    if (file.size() >= sizeof(sockaddr_un::sun_path)) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    file.copy(address.sun_path, file.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    close(fd);
  });
  expect_survival("sockets");
}

TEST_F(Untrusted, FoldersForFiles) {
  replace_files([](const std::string& file) { fs::create_directory(file); });
  expect_survival("folders");
}

TEST_F(Untrusted, LinksForFiles) {
  for (const std::string target : {"/etc/passwd", "../../../../../../../../../etc/passwd", "/proc/self/environ",
                                   "/proc/self/fd/0", "/dev/zero", "/dev/tty", "/proc/kmsg", "loop/../loop", "."}) {
    replace_files([&](const std::string& file) { fs::create_symlink(target, file); });
    expect_survival("links to " + target);
  }
  replace_files([](const std::string& file) { fs::create_symlink(fs::path(file).filename(), file); });
  expect_survival("links to themselves");
}

TEST_F(Untrusted, LinksForFolders) {
  for (const std::string target : {"/", "/proc", "..", "../../../../../../../../../proc", "proc"}) {
    for (const char* const folder : {"proc/5007", "proc/self", "proc/sys", "proc/pressure", "sys", "etc", "var"}) {
      fs::remove_all(root + "/" + folder);
      fs::create_symlink(target, root + "/" + folder);
    }
    expect_survival("folders are links to " + target);
  }
}

TEST_F(Untrusted, FilesWithoutEnd) {
  constexpr off_t kTerabyte = off_t{1} << 40;
  replace_files([](const std::string& file) {
    std::ofstream(file).close();
    EXPECT_EQ(truncate(file.c_str(), kTerabyte), 0);
  });
  expect_survival("a terabyte of NULs");
  EXPECT_THAT(run({"report", "--json", "--root", root}).out, HasSubstr("File too large"));
  ASSERT_EQ(truncate((root + "/proc/meminfo").c_str(), kTerabyte), 0);
  EXPECT_THAT(run({"free", "--root", root}).err, HasSubstr("File too large"));
}

TEST_F(Untrusted, FilesOfOneEndlessLine) {
  // Longer than the window of what is read in parts, and enough of it for all others.
  const std::string line(std::size_t{3} << 20, 'A');
  replace_files([&](const std::string& file) {
    const bool in_parts = file.ends_with("smaps") || file.find("/var/log/") != std::string::npos;
    std::ofstream(file) << std::string_view(line).substr(0, in_parts ? line.size() : 100'000);
  });
  expect_survival("a line without end");
}

/// However much there is, a window of it is held.
TEST_F(Untrusted, MemoryIsBounded) {
  if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer takes terabytes of addresses";
  constexpr off_t kHundredMb = 100 << 20;
  const std::string smaps = read_file(root + "/proc/5007/smaps");
  std::ofstream file(root + "/proc/5007/smaps");
  for (off_t size = 0; size < kHundredMb; size += static_cast<off_t>(smaps.size())) file << smaps;
  file.close();
  fs::remove(root + "/proc/5007/smaps_rollup");
  std::ofstream(root + "/var/log/messages").close();
  ASSERT_EQ(truncate((root + "/var/log/messages").c_str(), kHundredMb), 0);
  for (const std::string command : {"smem", "report", "oom", "oom --log"}) {
    EXPECT_EQ(shell("ulimit -v 65536; exec \"$MEMKIT\" " + command + " --root " + root).status, 0) << command;
  }
}

TEST_F(Untrusted, FoldersWithoutNumber) {
  const char* const wanted = std::getenv("MEMKIT_PID_FOLDERS");
  const int count = wanted != nullptr ? std::atoi(wanted) : 10'000;
  for (int pid = 100'000; pid < 100'000 + count; ++pid) {
    ASSERT_EQ(mkdir((root + "/proc/" + std::to_string(pid)).c_str(), 0755), 0);
  }
  for (const std::string command : {"smem", "oom", "report"}) {
    // 1 kB for each is what a row may take.
    const std::string limit = sanitized() ? "" : "ulimit -v " + std::to_string(65'536 + count) + "; ";
    const Outcome outcome = shell(limit + "exec \"$MEMKIT\" " + command + " --json --root " + root, {.timeout_s = 120});
    EXPECT_EQ(outcome.status, 0) << command << outcome.err;
    const json document = json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << command;
    const json& skipped = document["skipped"];
    EXPECT_EQ((skipped.contains("processes") ? skipped["processes"] : skipped)["hidden_count"], count) << command;
  }
}

// --- names ---

const std::string kHostile =
    "\x1b]0;x\x07\x1b[31m<script>alert(1)</script><!--|`]\"\\\u202e\u2066\u2028\xc2\x9b\xff\r\n## row {a=\"b\"} 1\n\t";

/// What a terminal, or a person, would take for more than text.
void expect_harmless(const std::string& text, const std::string& what) {
  for (const char* const bad : {"\x1b", "\x07", "\r", "\xff", "\xc2\x9b", "\u202e", "\u2066", "\u2028"}) {
    EXPECT_EQ(text.find(bad), std::string::npos)
        << what << ": a byte " << int(static_cast<unsigned char>(*bad)) << " in\n"
        << text;
  }
  EXPECT_THAT(text, Not(HasSubstr("\n## row"))) << what;
}

struct HostileNames : Untrusted {
  void SetUp() override {
    Untrusted::SetUp();
    const std::string line = std::regex_replace(kHostile, std::regex("[\n]"), "\x1b");  // where a newline ends a field
    dir.write("root/etc/passwd", line + ":x:0:0::/:/bin/sh\nroot:x:" + line + "\n");
    dir.write("root/proc/sys/kernel/hostname", kHostile);
    dir.write("root/etc/hostname", kHostile);
    dir.write("root/proc/sys/kernel/osrelease", kHostile);
    dir.write("root/proc/sys/kernel/random/boot_id", kHostile);
    dir.write("root/proc/version", "Linux version " + kHostile);
    dir.write("root/proc/5007/comm", kHostile);
    dir.write("root/proc/5007/stat",
              std::regex_replace(read_file(root + "/proc/5007/stat"), std::regex("\\(.*\\)|\\(a\\) S\n1 \\(x\\)"),
                                 "(" + std::regex_replace(kHostile, std::regex("\\$"), "$$$$") + ")"));
    dir.write("root/proc/5007/cmdline", kHostile + '\0' + kHostile);
    fs::remove(root + "/proc/5007/exe");
    fs::create_symlink(kHostile, root + "/proc/5007/exe");
    dir.write("root/proc/5007/cgroup", "4:memory:/" + line + "\n0::/" + line + "\n");
    dir.write("root/proc/5007/smaps",
              std::regex_replace(read_file(root + "/proc/5007/smaps"), std::regex("/usr/bin/"), "/" + line + "/"));
    dir.write("root/proc/slabinfo",
              std::regex_replace(read_file(root + "/proc/slabinfo"), std::regex("\ndentry "),
                                 "\n" + std::regex_replace(line, std::regex("[ \t]"), "_") + " "));
    dir.write("root/proc/swaps", read_file(root + "/proc/swaps") + "/" + line + " file 999 99 -3\n");
    dir.write("root/sys/fs/cgroup/memory/" + std::regex_replace(kHostile, std::regex("/"), "%") + "/memory.stat", "");
    const std::string cgroup = root + "/sys/fs/cgroup/memory/" + std::regex_replace(kHostile, std::regex("/"), "%");
    fs::remove_all(cgroup);
    fs::copy(root + "/sys/fs/cgroup/memory/fixture-1", cgroup, fs::copy_options::recursive);
    dir.write("root/sos_commands/process/ps_auxwww", "USER PID\n" + kHostile + " 1 2 3\n");
    dir.write("root/var/log/messages", MadeKill{"", 100'000'000, "/" + line, line, 100}.text());
  }
};

TEST_F(HostileNames, InTablesAndOnTerminals) {
  for (const Words& words : std::vector<Words>{{"free", "--cgroup"},
                                               {"free", "--explain"},
                                               {"smem", "-c", "all"},
                                               {"smem", "--tree"},
                                               {"smem", "--mappings"},
                                               {"smem", "--users"},
                                               {"smem", "--by", "cgroup"},
                                               {"smem", "--by", "exe"},
                                               {"smem", "--explain"},
                                               {"pmap", "5007"},
                                               {"pmap", "-X", "5007"},
                                               {"pmap", "--group", "5007"},
                                               {"slab", "-o"},
                                               {"slab", "--explain"},
                                               {"psi", "--by", "cgroup"},
                                               {"oom"},
                                               {"oom", "--explain"},
                                               {"oom", "--log"},
                                               {"oom", "--log", "--markdown"},
                                               {"oom", "--log", "--tasks"},
                                               {"report"},
                                               {"report", "--explain"},
                                               {"report", "--brief"},
                                               {"report", "--check"},
                                               {"report", "--format", "incident"},
                                               {"report", "--format", "incident", "--lang", "ja"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", root, "--color", "never"});
    for (const auto columns : {static_cast<unsigned short>(0), static_cast<unsigned short>(80)}) {
      const Outcome outcome = run(all, {.tty_columns = columns});
      expect_harmless(outcome.out, joined(all));
      expect_harmless(outcome.err, joined(all));
    }
  }
}

TEST_F(HostileNames, InDocuments) {
  for (const Words& words : std::vector<Words>{{"free"},
                                               {"smem"},
                                               {"smem", "--mappings"},
                                               {"smem", "--by", "cgroup"},
                                               {"pmap", "5007"},
                                               {"slab"},
                                               {"psi", "--by", "cgroup"},
                                               {"oom"},
                                               {"oom", "--log"},
                                               {"report"}}) {
    Words all = words;
    all.insert(all.end(), {"--json", "--root", root});
    const Outcome outcome = run(all);
    EXPECT_TRUE(json::accept(outcome.out)) << joined(all);
    EXPECT_EQ(lines_of(outcome.out).size(), 1u) << joined(all);
    expect_harmless(outcome.out, joined(all));
  }
  for (const std::string& line : lines_of(run({"report", "--format", "ndjson", "--root", root}).out)) {
    EXPECT_TRUE(json::accept(line)) << line;
    expect_harmless(line, "ndjson");
  }
}

TEST_F(HostileNames, InPrometheusText) {
  const Outcome outcome = run({"report", "--format", "prom", "--root", root});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  static const std::regex sample(
      R"re(memkit_[a-z0-9_]+(\{([a-z_]+="([^"\\]|\\["\\n])*",?)*\})? [-+0-9.eE]+(NaN|Inf)?)re");
  for (const std::string& line : lines_of(outcome.out)) {
    EXPECT_TRUE(line.starts_with("# ") || std::regex_match(line, sample)) << line;
  }
  expect_harmless(outcome.out, "prom");
}

/// Markup stands in names only as code, or behind a backslash.
TEST_F(HostileNames, InMarkdown) {
  for (const Words& words : std::vector<Words>{{"report", "--format", "incident"}, {"oom", "--log", "--markdown"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", root});
    const std::string text = run(all).out;
    ASSERT_THAT(text, HasSubstr("script"));
    bool block = false;
    for (const std::string& line : lines_of(text)) {
      if (line.starts_with("```")) block = !block;
      if (block) continue;
      const std::string bare = std::regex_replace(line, std::regex("(`+)[^`].*?[^`]\\1(?!`)"), "");
      EXPECT_FALSE(std::regex_search(bare, std::regex("(^|[^\\\\])<(script|!--)"))) << line;
    }
  }
}

}  // namespace
}  // namespace memkit
