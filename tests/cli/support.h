#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace memkit {

/// The program under test: the one built beside the tests, or $MEMKIT_UNDER_TEST.
const std::string& memkit_binary();
/// Whether that one is built with AddressSanitizer ($MEMKIT_SANITIZED): it starts ten times slower, and opens files.
bool sanitized();

/// What a program is started with. Name the members that matter: run({"free"}, {.env = {"NO_COLOR=1"}}).
struct Given {
  std::string stdin_text = {};
  std::vector<std::string> env = {};      ///< on top of the caller's: "NAME=value" sets, "NAME" removes
  std::string cwd = {};                   ///< empty: the caller's
  std::string program = memkit_binary();  ///< looked up in PATH where it holds no slash
  std::string argv0 = {};                 ///< empty: as `program`
  std::string stdout_to = {};             ///< open this file for standard output ("/dev/full"); `out` stays empty
  bool stdout_closed_pipe = false;        ///< standard output is a pipe that nobody reads
  unsigned short tty_columns = 0;         ///< not 0: standard output is a terminal this wide ("\r\n" becomes "\n")
  int timeout_s = 60;                     ///< then the program is killed and the test fails
};

/// How a program ended.
struct Outcome {
  int status = -1;  ///< exit status; minus the number of the signal that ended it
  std::string out;
  std::string err;
};

/// Runs memkit (or `given.program`) and waits for its end.
Outcome run(const std::vector<std::string>& arguments, const Given& given = {});

/// Runs a line of shell, where "$MEMKIT" is the program under test: shell("$MEMKIT free | head -1").
Outcome shell(const std::string& line, Given given = {});

bool has_tool(const std::string& name);

/// A folder of captured systems that is not part of the tree ($MEMKIT_CORPUS, else ../shared/corpus beside the
/// checkout); empty where there is none.
std::string corpus_dir();

/// A folder that is removed with all that is in it at the end.
class TemporaryDir {
 public:
  TemporaryDir();
  ~TemporaryDir();
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Writes a file below, folders included, and gives its whole path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
std::vector<std::string> lines_of(const std::string& text);
/// What blanks and newlines part.
std::vector<std::string> words_of(const std::string& text);

/// Seconds since the epoch of "2026-11-22T18:18:01.123Z".
double seconds_of(const std::string& time);

/// Maps all pages of the files that a process maps, for as long as the test runs. Else a page of a library would be
/// private to a stopped process, or shared with the program that looks, by which program it is: smem's Python maps more
/// of libc than memkit.
void map_files_of(pid_t pid);

}  // namespace memkit

#define SKIP_WITHOUT_TOOL(name) \
  if (!::memkit::has_tool(name)) GTEST_SKIP() << "skipped: " << (name) << " is not installed"
#define SKIP_UNLESS_ROOT() \
  if (geteuid() != 0) GTEST_SKIP() << "skipped: not root"
#define SKIP_WITHOUT_CORPUS() \
  if (::memkit::corpus_dir().empty()) GTEST_SKIP() << "skipped: no corpus of captures beside the checkout"
