#include "source/file_view.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "source/fd.h"
#include "source/privileges.h"

namespace memkit {

FileView::FileView(const std::string& path) {
  const OwnRights own_rights;
  const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (!file || fstat(file.get(), &info) != 0) {
    error_ = errno;
    return;
  }
  if (!S_ISREG(info.st_mode)) {
    error_ = S_ISDIR(info.st_mode) ? EISDIR : ENOTSUP;
    return;
  }
  if (info.st_size == 0) return;
  void* const data = mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) {
    error_ = errno;
    return;
  }
  data_ = data;
  size_ = static_cast<std::size_t>(info.st_size);
}

FileView::~FileView() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace memkit
