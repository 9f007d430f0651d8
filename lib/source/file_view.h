#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memkit {

/// A file that the user named, mapped for reading: only the pages that are looked at are read. A file that is no
/// regular one (a FIFO, a device) is not opened for reading: error() is ENOTSUP.
class FileView {
 public:
  explicit FileView(const std::string& path);
  FileView(const FileView&) = delete;
  FileView& operator=(const FileView&) = delete;
  ~FileView();

  /// 0 or an errno.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] std::string_view text() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
  int error_ = 0;
};

}  // namespace memkit
