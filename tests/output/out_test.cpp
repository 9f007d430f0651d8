#include "output/out.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

struct IgnorePipe {
  IgnorePipe() : before(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnorePipe() { std::signal(SIGPIPE, before); }
  void (*before)(int);
};

int error_of(const auto& work) {
  try {
    work();
  } catch (const OutputError& failure) {
    return failure.error;
  }
  return 0;
}

TEST(Out, WritesAllOfItOnceAndCloses) {
  const test::TempDir dir;
  const std::string file = dir.string() + "/out";
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  Out out(fd);
  out.print("{} {}\n", "one", 2);
  out.fill('-', 3);
  out.write("\n");
  EXPECT_EQ(test::slurp(file), "") << "nothing is written before it is due";
  out.finish();
  EXPECT_EQ(test::slurp(file), "one 2\n---\n");
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST(Out, LargeOutputGoesOutInPieces) {
  const test::TempDir dir;
  const std::string file = dir.string() + "/out";
  Out out(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  std::string all;
  for (int i = 0; i < 30000; ++i) {
    out.print("line {}\n", i);
    all += "line " + std::to_string(i) + "\n";
  }
  EXPECT_GT(test::slurp(file).size(), all.size() / 2) << "not all of it is held";
  out.finish();
  EXPECT_EQ(test::slurp(file), all);
}

TEST(Out, DiscardForgetsWhatIsHeld) {
  const test::TempDir dir;
  const std::string file = dir.string() + "/out";
  Out out(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  out.write("kept\n");
  out.flush();
  out.write("dropped\n");
  out.discard();
  out.finish();
  EXPECT_EQ(test::slurp(file), "kept\n");
}

TEST(Out, AFullDiskIsSaid) {
  Out small(open("/dev/full", O_WRONLY));
  small.write("x");
  EXPECT_EQ(error_of([&] { small.finish(); }), ENOSPC);
  Out large(open("/dev/full", O_WRONLY));
  EXPECT_EQ(error_of([&] { large.write(std::string(1 << 20, 'x')); }), ENOSPC) << "as soon as it is known";
  EXPECT_EQ(error_of([&] { large.finish(); }), 0) << "and once";
}

TEST(Out, AReaderThatIsGoneIsEpipe) {
  const IgnorePipe ignore;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  close(ends[0]);
  Out out(ends[1]);
  out.write("x");
  EXPECT_EQ(error_of([&] { out.finish(); }), EPIPE);
}

TEST(Out, ADescriptorThatIsClosed) {
  Out silent(-1);
  EXPECT_EQ(error_of([&] { silent.finish(); }), 0) << "nothing to say, nothing lost";
  Out out(-1);
  out.write("x");
  EXPECT_EQ(error_of([&] { out.finish(); }), EBADF);
}

TEST(Out, ASlowReaderGetsEverything) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::string got;
  std::thread reader([&] {
    std::array<char, 1000> buffer{};
    for (ssize_t count; (count = read(ends[0], buffer.data(), buffer.size())) > 0;) {
      got.append(buffer.data(), static_cast<std::size_t>(count));
    }
    close(ends[0]);
  });
  Out out(ends[1]);
  const std::string text(300'000, 'y');
  out.write(text);
  out.finish();
  reader.join();
  EXPECT_EQ(got, text);
}

}  // namespace
}  // namespace memkit
