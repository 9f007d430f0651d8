// memkit-docgen, run by the build: writes man pages and shell completion from the option and column tables.
#include "docgen.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "source/errors.h"

namespace memkit {
namespace {

std::string read_template(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw RunError("cannot read " + path);
  return text.str();
}

std::string generate(std::span<char* const> words) {
  const std::string_view what = words.size() == 2 ? words[0] : "";
  if (what == "completion") return completion(words[1]);
  if (what == "man") {
    // man/memkit-free.1.in is the template of memkit-free(1).
    const std::string name = std::filesystem::path(words[1]).filename();
    return man_page(name.substr(0, name.find('.')), read_template(words[1]));
  }
  throw UsageError("usage: memkit-docgen man TEMPLATE | completion bash|zsh|fish");
}

}  // namespace
}  // namespace memkit

int main(int argc, char** argv) {
  try {
    const std::string text = memkit::generate({argv + std::min(argc, 1), argv + argc});
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "memkit-docgen: {}\n", error.what());
    return 2;
  }
}
