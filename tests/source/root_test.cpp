#include "source/root.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "source/errors.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;

/// Everything about confinement holds for openat2 and for the steps that stand in for it.
class ConfinedRoot : public testing::TestWithParam<Confinement> {
 protected:
  ConfinedRoot() {
    outside.write("secret", "outside");
    inside.write("proc/meminfo", "MemTotal: 1 kB\n");
    inside.write("etc/hostname", "inside\n");
    fs::create_directories(inside.path() / "sys");
  }
  [[nodiscard]] Root root() const { return Root::at(inside.string(), GetParam()); }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, inside.path() / name);
  }

  test::TempDir outside;
  test::TempDir inside;
};

TEST_P(ConfinedRoot, ReadsAFile) {
  const FileText file = root().read("proc/meminfo");
  EXPECT_EQ(file.error, 0);
  EXPECT_EQ(file.text, "MemTotal: 1 kB\n");
}

TEST_P(ConfinedRoot, SaysWhyAFileIsNotThere) {
  EXPECT_EQ(root().read("proc/vmstat").error, ENOENT);
  EXPECT_EQ(root().read("proc").error, EISDIR);
}

TEST_P(ConfinedRoot, AnAbsoluteLinkIsTakenFromTheRoot) {
  link((outside.path() / "secret").string(), "sys/absolute");
  link("/etc/hostname", "sys/hostname");
  EXPECT_EQ(root().read("sys/absolute").error, ENOENT);
  EXPECT_EQ(root().read("sys/hostname").text, "inside\n");
}

TEST_P(ConfinedRoot, DotDotNeverLeavesTheRoot) {
  const std::string up = "../../../../../../../../..";
  link(up + outside.string() + "/secret", "sys/relative");
  EXPECT_EQ(root().read("sys/relative").error, ENOENT);
  EXPECT_EQ(root().read(up + outside.string() + "/secret").error, ENOENT);
  EXPECT_EQ(root().read("sys/../../../etc/hostname").text, "inside\n");
}

TEST_P(ConfinedRoot, ALinkedDirectoryStaysInside) {
  link(outside.string(), "linked");
  link("etc", "sideways");
  EXPECT_EQ(root().read("linked/secret").error, ENOENT);
  EXPECT_EQ(root().read("sideways/hostname").text, "inside\n");
  std::vector<std::string> names;
  EXPECT_NE(root().list("linked", names), 0);
  EXPECT_FALSE(root().open_dir("linked"));
}

TEST_P(ConfinedRoot, LinksInACircleEnd) {
  link("two", "one");
  link("one", "two");
  EXPECT_EQ(root().read("one").error, ELOOP);
}

TEST_P(ConfinedRoot, MagicLinksAreNotFollowed) {
  // /proc/self/root is "/" to readlink and a jump to the real root to the kernel.
  const Root proc = Root::at("/proc", GetParam());
  EXPECT_NE(proc.read("proc/self/root" + outside.string() + "/secret").error, 0);
  EXPECT_NE(proc.read("proc/self/cwd/CMakeLists.txt").error, 0);
}

TEST_P(ConfinedRoot, FifosAndDevicesAreNotOpened) {
  ASSERT_EQ(mkfifo((inside.path() / "proc/vmstat").c_str(), 0600), 0);
  EXPECT_EQ(root().read("proc/vmstat").error, ENOTSUP);
  EXPECT_EQ(Root::at("/", GetParam()).read("dev/zero").error, ENOTSUP);
}

TEST_P(ConfinedRoot, AFileBeyondTheLimitIsRefused) {
  inside.write("proc/huge", std::string(100'000, 'x'));
  EXPECT_EQ(root().read("proc/huge", 99'999).error, EFBIG);
  EXPECT_EQ(root().read("proc/huge", 100'000).text.size(), 100'000u);
}

TEST_P(ConfinedRoot, ADirectoryIsHeldWhileItIsReplaced) {
  inside.write("proc/7/comm", "old\n");
  const Dir dir = root().open_dir("proc/7");
  ASSERT_TRUE(dir);
  fs::rename(inside.path() / "proc/7", inside.path() / "proc/moved");
  inside.write("proc/7/comm", "new\n");
  std::string text;
  EXPECT_EQ(dir.read("comm", text), 0);
  EXPECT_EQ(text, "old\n");
  EXPECT_EQ(dir.read("stat", text), ENOENT);
  EXPECT_TRUE(text.empty());
}

TEST_P(ConfinedRoot, AHeldDirectoryIsNoWayOut) {
  fs::create_directories(inside.path() / "proc/8");
  link((outside.path() / "secret").string(), "proc/8/comm");
  link("../../../../../.." + outside.string() + "/secret", "proc/8/stat");
  const Dir dir = root().open_dir("proc/8");
  std::string text;
  EXPECT_NE(dir.read("comm", text), 0);
  EXPECT_NE(dir.read("stat", text), 0);
}

TEST_P(ConfinedRoot, ListsNames) {
  inside.write("proc/12/comm", "x\n");
  std::vector<std::string> names;
  EXPECT_EQ(root().list("proc", names), 0);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"12", "meminfo"}));
  EXPECT_EQ(root().list("nothing", names), ENOENT);
  EXPECT_TRUE(names.empty());
}

TEST_P(ConfinedRoot, TellsNothingOfTheRunningMachine) {
  EXPECT_FALSE(root().page_size_bytes().has_value());
  EXPECT_FALSE(root().usable_cpus().has_value());
  FilesystemUse use;
  EXPECT_EQ(root().filesystem_use("proc", use), ENOTSUP);
}

INSTANTIATE_TEST_SUITE_P(, ConfinedRoot, testing::Values(Confinement::kernel_or_steps, Confinement::steps),
                         [](const auto& param_info) {
                           return param_info.param == Confinement::steps ? "Steps" : "Kernel";
                         });

TEST(Root, AFolderThatHoldsMeminfoIsAProcFolder) {
  const test::TempDir dir;
  dir.write("meminfo", "MemTotal: 2 kB\n");
  dir.write("sys/vm/swappiness", "60\n");
  const Root root = Root::at(dir.string());
  EXPECT_EQ(root.read("proc/meminfo").text, "MemTotal: 2 kB\n");
  EXPECT_EQ(root.read("proc/sys/vm/swappiness").text, "60\n");
  // Its sys is /proc/sys, not /sys.
  EXPECT_EQ(root.read("sys/vm/swappiness").error, ENOENT);
  std::vector<std::string> names;
  EXPECT_EQ(root.list("proc", names), 0);
  EXPECT_EQ(names.size(), 2u);
}

TEST(Root, ProcWinsOverMeminfoBesideIt) {
  const test::TempDir dir;
  dir.write("meminfo", "MemTotal: 2 kB\n");
  dir.write("proc/meminfo", "MemTotal: 3 kB\n");
  EXPECT_EQ(Root::at(dir.string()).read("proc/meminfo").text, "MemTotal: 3 kB\n");
}

TEST(Root, WhatIsNoDirectoryIsNoRoot) {
  const test::TempDir dir;
  dir.write("file", "");
  EXPECT_THROW(Root::at(dir.string() + "/file"), RunError);
  EXPECT_THROW(Root::at(dir.string() + "/missing"), RunError);
  EXPECT_THROW(Root::at(""), RunError);
}

TEST(Root, LiveReadsTheKernel) {
  const Root root = Root::live();
  EXPECT_TRUE(root.is_live());
  EXPECT_EQ(root.name(), "live");
  EXPECT_TRUE(root.read("proc/meminfo").text.starts_with("MemTotal:"));
  EXPECT_EQ(*root.page_size_bytes(), static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  EXPECT_GE(*root.usable_cpus(), 1u);
}

TEST(Root, AProcessDirectoryAnswersEsrchOnceTheProcessIsGone) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const Dir dir = Root::live().open_dir("proc/" + std::to_string(child));
  ASSERT_TRUE(dir);
  std::string text;
  EXPECT_EQ(dir.read("stat", text), 0);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(dir.read("stat", text), ESRCH);
}

TEST(HeldFile, IsReadAnewEachTime) {
  const test::TempDir dir;
  dir.write("proc/pressure/memory", "some first\n");
  const Root root = Root::at(dir.string());
  HeldFile file;
  ASSERT_EQ(root.hold("proc/pressure/memory", file), 0);
  std::string text;
  EXPECT_EQ(file.read(text), 0);
  EXPECT_EQ(text, "some first\n");
  dir.write("proc/pressure/memory", "some second time\n");
  EXPECT_EQ(file.read(text), 0);
  EXPECT_EQ(text, "some second time\n");
  EXPECT_EQ(file.read(text, 3), EFBIG);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(root.hold("proc/pressure/io", file), ENOENT);
  EXPECT_TRUE(file) << "what is held stays";
}

TEST(HeldFile, OfTheLiveKernelStartsAtItsBeginning) {
  HeldFile file;
  ASSERT_EQ(Root::live().hold("proc/uptime", file), 0);
  std::string first;
  std::string second;
  ASSERT_EQ(file.read(first), 0);
  ASSERT_EQ(file.read(second), 0);
  EXPECT_FALSE(first.empty());
  EXPECT_FALSE(second.empty());
}

TEST(Dir, SubdirectoriesAreNoLinksAndNoFiles) {
  const test::TempDir dir;
  dir.write("a/one/file", "1");
  dir.write("a/two/file", "1");
  dir.write("a/file", "1");
  std::filesystem::create_directory_symlink("one", dir.path() / "a/link");
  for (const bool confined : {false, true}) {
    const Root root = confined ? Root::at(dir.string()) : Root::live();
    const Dir a = root.open_dir(confined ? "a" : dir.string().substr(1) + "/a");
    std::vector<std::string> names;
    ASSERT_EQ(a.subdirectories(names), 0);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(a.subdirectories(names), 0);
    EXPECT_EQ(names.size(), 2u) << "and again";
    const Dir one = a.open_dir("one");
    ASSERT_TRUE(one);
    std::string text;
    EXPECT_EQ(one.read("file", text), 0);
    EXPECT_FALSE(a.open_dir("none"));
    EXPECT_EQ(errno, ENOENT);
  }
}

}  // namespace
}  // namespace memkit
