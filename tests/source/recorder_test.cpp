#include "source/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "source/errors.h"
#include "source/root.h"
#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void meminfo_of(const Root& live) { EXPECT_EQ(live.read("proc/meminfo").error, 0); }

class Recorded : public testing::Test {
 protected:
  Recorded() {
    system.write("proc/meminfo", "MemTotal: 1 kB\n");
    system.write("proc/7/stat", "7 (a) S 1");
    system.write("proc/7/environ", "PASSWORD=1");
    system.write("proc/7/cmdline", "a --password=1");
    system.write("etc/passwd", "root:x:0:0::/:\n");
    system.write("etc/shadow", "root:secret\n");
    fs::create_directories(system.path() / "sys/block/zram0");
  }
  /// Reads through a recording root, and gives the capture.
  template <class Read>
  Root capture(Read read, bool command_lines = false) {
    const auto recorder = std::make_shared<Recorder>(target(), command_lines);
    Root root = Root::at(system.string());
    root.record_to(recorder);
    read(root);
    recorder->finish(about);
    return Root::at(target());
  }
  [[nodiscard]] std::string target() const { return (place.path() / "capture").string(); }
  [[nodiscard]] bool saved(const std::string& name) const { return fs::exists(fs::path(target()) / name); }

  test::TempDir system;
  test::TempDir place;
  Capture about;
};

TEST_F(Recorded, AFileAnswersAsItDid) {
  const Root root = capture(meminfo_of);
  EXPECT_EQ(root.read("proc/meminfo").text, "MemTotal: 1 kB\n");
  EXPECT_EQ(root.read("proc/vmstat").error, ENOENT);
}

TEST_F(Recorded, WhoAsksTwiceGetsWhatIsInTheCapture) {
  const Root root = capture([&](const Root& live) {
    meminfo_of(live);
    system.write("proc/meminfo", "MemTotal: 2 kB\n");
    EXPECT_EQ(live.read("proc/meminfo").text, "MemTotal: 1 kB\n");
    std::string text;
    EXPECT_EQ(live.open_dir("proc").read("meminfo", text), 0);
    EXPECT_EQ(text, "MemTotal: 1 kB\n");
  });
  EXPECT_EQ(root.read("proc/meminfo").text, "MemTotal: 1 kB\n");
}

TEST_F(Recorded, AnErrnoAnswersAsItDid) {
  fs::create_directories(system.path() / "proc/vmstat");
  const Root root = capture([](const Root& live) { EXPECT_EQ(live.read("proc/vmstat").error, EISDIR); });
  EXPECT_FALSE(saved("proc/vmstat"));
  EXPECT_EQ(root.read("proc/vmstat").error, EISDIR);
}

TEST_F(Recorded, FilesThroughADirectory) {
  std::string text;
  const Root root = capture([&](const Root& live) {
    const Dir dir = live.open_dir("proc/7");
    dir.read("stat", text);
    dir.read_link("exe", text);
  });
  const Dir dir = root.open_dir("proc/7");
  ASSERT_TRUE(dir);
  EXPECT_EQ(dir.read("stat", text), 0);
  EXPECT_EQ(text, "7 (a) S 1");
  EXPECT_EQ(dir.read_link("exe", text), ENOENT);
}

TEST_F(Recorded, AFileReadInParts) {
  std::string big;
  for (int i = 0; i < 20'000; ++i) big += std::to_string(i) + "\n";
  system.write("proc/7/smaps", big);
  std::string buffer;
  const auto read = [&](const Root& root) {
    std::string whole;
    root.open_dir("proc/7").read_in_parts("smaps", buffer, [&](std::string_view& rest, bool) {
      whole += rest;
      rest = {};
      return true;
    });
    return whole;
  };
  const Root root = capture([&](const Root& live) { read(live); });
  EXPECT_EQ(read(root), big);
}

TEST_F(Recorded, OfAFileThatIsReadInPartAllIsRecorded) {
  std::string big;
  for (int i = 0; i < 20'000; ++i) big += std::to_string(i) + "\n";
  system.write("proc/7/smaps", big);
  std::string buffer;
  int asked = 0;
  const auto read_part = [&](const Root& root) {
    root.open_dir("proc/7").read_in_parts("smaps", buffer, [&](std::string_view&, bool) {
      ++asked;
      return false;
    });
  };
  read_part(Root::at(system.path()));
  EXPECT_EQ(asked, 1) << "and no more is read";
  const Root root = capture(read_part);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(root.read("proc/7/smaps").text, big);
}

TEST_F(Recorded, LinksAreKeptAsTheirText) {
  fs::create_symlink("/usr/bin/somewhere else", system.path() / "proc/7/exe");
  std::string text;
  const Root root = capture([&](const Root& live) { live.open_dir("proc/7").read_link("exe", text); });
  text.clear();
  EXPECT_EQ(root.open_dir("proc/7").read_link("exe", text), 0);
  EXPECT_EQ(text, "/usr/bin/somewhere else");
}

TEST_F(Recorded, ListedDirectoriesAreThere) {
  std::vector<std::string> names;
  const Root root = capture([&](const Root& live) { live.list("sys/block/zram0", names); });
  EXPECT_EQ(root.list("sys/block/zram0", names), 0);
}

TEST_F(Recorded, NeverSecrets) {
  std::string text;
  const auto read = [&](const Root& live) {
    const Dir dir = live.open_dir("proc/7");
    dir.read("environ", text);
    dir.read("cmdline", text);
    EXPECT_EQ(live.read("etc/shadow").error, 0);
    EXPECT_EQ(live.read("etc/passwd").error, 0);
  };
  capture(read);
  EXPECT_FALSE(saved("proc/7/environ"));
  EXPECT_FALSE(saved("proc/7/cmdline"));
  EXPECT_FALSE(saved("etc/shadow"));
  EXPECT_TRUE(saved("etc/passwd"));
  fs::remove_all(target());
  capture(read, true);
  EXPECT_TRUE(saved("proc/7/cmdline"));
  EXPECT_FALSE(saved("proc/7/environ"));
}

TEST_F(Recorded, NobodyElseMayRead) {
  capture(meminfo_of);
  for (const auto& entry : fs::recursive_directory_iterator(target())) {
    const auto others = fs::perms::group_all | fs::perms::others_all;
    EXPECT_EQ(entry.status().permissions() & others, fs::perms::none) << entry.path();
  }
  struct stat info {};
  ASSERT_EQ(stat(target().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(Recorded, WhatACaptureSaysOfItself) {
  about.time_ns = 1'800'000'000'123'456'789;
  about.page_size_bytes = 65536;
  about.ticks_per_s = 250;
  about.possible_cpus = 12;
  about.boot_id = "b";
  const Root root = capture(meminfo_of);
  ASSERT_NE(root.capture(), nullptr);
  EXPECT_EQ(root.capture()->time_ns, about.time_ns);
  EXPECT_EQ(root.capture()->boot_id, "b");
  EXPECT_EQ(root.page_size_bytes(), 65536U);
  EXPECT_EQ(root.ticks_per_s(), 250U);
  EXPECT_EQ(root.possible_cpus(), 12U);
}

TEST_F(Recorded, OwnersFilesystemsAndSharedMemory) {
  const auto recorder = std::make_shared<Recorder>(target(), false);
  recorder->directory("proc/7", 0);
  recorder->owner("proc/7", 4242);
  recorder->filesystem("dev/shm", {100, 7, 0x01021994}, 0);
  recorder->filesystem("mnt/gone", {}, EACCES);
  recorder->same_memory(7, 8, true);
  recorder->finish(about);
  const Root root = Root::at(target());
  EXPECT_EQ(root.open_dir("proc/7").owner(), 4242U);
  FilesystemUse use;
  EXPECT_EQ(root.filesystem_use("dev/shm", use), 0);
  EXPECT_EQ(use.used_bytes, 7U);
  EXPECT_EQ(root.filesystem_use("mnt/gone", use), EACCES);
  EXPECT_EQ(root.filesystem_use("mnt/other", use), ENOENT);
  EXPECT_EQ(root.same_memory(7, 8), true);
  EXPECT_EQ(root.same_memory(8, 7), std::nullopt);
}

TEST_F(Recorded, AVanishedProcessLeavesNothing) {
  std::string text;
  fs::create_directories(system.path() / "proc/7/smaps");
  const Root root = capture([&](const Root& live) {
    const Dir dir = live.open_dir("proc/7");
    dir.read("stat", text);
    dir.read("smaps", text);
    live.forget("proc/7");
  });
  EXPECT_FALSE(saved("proc/7"));
  EXPECT_TRUE(root.capture()->errors.empty());
}

TEST_F(Recorded, AFolderInUseIsRefused) {
  place.write("capture/something", "");
  try {
    Recorder(target(), false);
    FAIL() << "taken";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("not empty"));
  }
  EXPECT_TRUE(saved("something"));
}

TEST_F(Recorded, AFailedWriteEndsInAnErrorAndLeavesTheMark) {
  const auto recorder = std::make_shared<Recorder>(target(), false);
  fs::create_directories(fs::path(target()) / "proc/meminfo");  // stands in the way
  EXPECT_TRUE(saved("memkit/PARTIAL"));
  recorder->file("proc/meminfo", "x", 0);
  try {
    recorder->finish(about);
    FAIL() << "no error";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("proc/meminfo: Is a directory"));
  }
  EXPECT_TRUE(saved("memkit/PARTIAL"));
}

TEST_F(Recorded, AWholeCaptureHasNoMark) {
  capture(meminfo_of);
  EXPECT_FALSE(saved("memkit/PARTIAL"));
  EXPECT_TRUE(saved("memkit/capture.json"));
}

TEST_F(Recorded, ThreadsMayRecordAtOnce) {
  const auto recorder = std::make_shared<Recorder>(target(), false);
  const auto write = [&](int from) {
    for (int i = from; i < from + 200; ++i) {
      const std::string path = "proc/" + std::to_string(i);
      recorder->file(path + "/stat", "x", 0);
      recorder->file(path + "/smaps", {}, EACCES);
      recorder->owner(path, 0);
    }
  };
  std::thread first(write, 1);
  std::thread second(write, 101);
  first.join();
  second.join();
  recorder->finish(about);
  EXPECT_EQ(Root::at(target()).capture()->errors.size(), 300U);
  EXPECT_EQ(recorder->files(), 400U);
}

TEST(CaptureText, StrangeDocumentsAreNoCapture) {
  for (const char* const text : {"", "[]", "{", "{}", "null", R"({"schema":"memkit.capture/2"})", "\xff\xfe"}) {
    EXPECT_FALSE(parse_capture(text)) << text;
  }
}

TEST(CaptureText, StrangeMembersAreNotKnown) {
  const auto capture = parse_capture(R"({"schema":"memkit.capture/1","time_ns":"now","page_size_bytes":-4096,
    "ticks_per_s":1e99,"possible_cpus":4294967296,"errors":[1],"owners":{"proc/1":-1,"proc/2":7},
    "filesystems":{"a":1,"b":{"total_bytes":1}},"same_memory":[1,{"pid":1},{"pid":1,"other":2,"same":false}]})");
  ASSERT_TRUE(capture);
  EXPECT_FALSE(capture->time_ns);
  EXPECT_FALSE(capture->page_size_bytes);
  EXPECT_FALSE(capture->ticks_per_s);
  EXPECT_FALSE(capture->possible_cpus);
  EXPECT_TRUE(capture->errors.empty());
  EXPECT_EQ(capture->owners.size(), 1U);
  EXPECT_TRUE(capture->filesystems.empty());
  EXPECT_EQ(capture->same_memory.size(), 1U);
}

TEST(CaptureText, ReadsWhatItWrites) {
  Capture capture;
  capture.time_ns = -5;
  capture.errors["proc/\xff/x"] = EACCES;
  capture.errors["proc/1/smaps"] = ESRCH;
  capture.owners["proc/1"] = 0xffffffff;
  const auto read = parse_capture(capture_text(capture));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->time_ns, -5);
  EXPECT_EQ(read->errors.at("proc/1/smaps"), ESRCH);
  EXPECT_EQ(read->owners.at("proc/1"), 0xffffffff);
}

}  // namespace
}  // namespace memkit
