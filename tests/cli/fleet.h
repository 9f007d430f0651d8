#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "cli/support.h"

namespace memkit {

/// Three machines to report on: two captures, and one of them made short of memory (db-01's MemAvailable is 2 % of its
/// RAM); only their names and that figure are changed.
class Fleet {
 public:
  Fleet() {
    add("web-01", "6.18-x86_64-vm");
    add("web-02", "6.1-x86_64-qemu-v2");
    add("db-01", "6.18-x86_64-vm");
    const std::string meminfo = roots_.at("db-01") + "/proc/meminfo";
    const std::string text = read_file(meminfo);
    const std::uint64_t total = std::stoull(text.substr(text.find(':') + 1));
    std::ofstream(meminfo) << std::regex_replace(text, std::regex("MemAvailable: +[0-9]+"),
                                                 "MemAvailable: " + std::to_string(total / 50));
  }

  /// Its --root, by host name.
  [[nodiscard]] const std::map<std::string, std::string>& roots() const { return roots_; }
  [[nodiscard]] const std::string& dir() const { return dir_.path(); }
  [[nodiscard]] const TemporaryDir& folder() const { return dir_; }

 private:
  void add(const std::string& name, const std::string& capture) {
    const std::string root = dir_.path() + "/" + name;
    std::filesystem::copy(MEMKIT_SOURCE_DIR "/testdata/roots/" + capture, root,
                          std::filesystem::copy_options::recursive);
    std::filesystem::remove(root + "/etc/hostname");
    dir_.write(name + "/proc/sys/kernel/hostname", name + "\n");
    roots_[name] = root;
  }

  TemporaryDir dir_;
  std::map<std::string, std::string> roots_;
};

}  // namespace memkit
