#pragma once

#include <dirent.h>
#include <fcntl.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "source/capture.h"
#include "source/confined.h"
#include "source/fd.h"

/// What Root and Dir share: reading of what is open. All give 0 or an errno.
namespace memkit {

/// What read_by_window() reads in all.
inline constexpr std::size_t kMaxWindowedBytes = std::size_t{1} << 30;
inline constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

/// Up to the end; `into` is empty on error. EFBIG behind `limit`.
int read_all(int fd, std::string& into, std::size_t limit);
/// The same from offset 0, wherever the descriptor stands.
int read_again(int fd, std::string& into, std::size_t limit);
/// At most the first `most` bytes.
int read_most(int fd, std::string& into, std::size_t most);
/// See Dir::read_in_parts(); `tee` gets all that is read, and may be empty.
int read_by_window(int fd, std::string& buffer, const std::function<bool(std::string_view& rest, bool at_end)>& consume,
                   const std::function<void(std::string_view text)>& tee);
/// Opens a regular file of a capture. EFBIG of one with more than `limit` bytes, without reading up to there: a sparse
/// file of terabytes costs who sent it nothing.
int open_file_confined(int dir_fd, const std::string& path, Confinement how, std::size_t limit, Fd& file);
int read_link_at(int dir_fd, const char* name, std::string& into);
/// Names that `accept` takes, without "." and ".."; null takes all.
int list_names(Fd fd, std::vector<std::string>& names, bool (*accept)(int dir_fd, const dirent& entry));
/// What a capture says that reading `path` met, where the tree has nothing there; else `error`.
int noted_error(const Capture* capture, const std::string& path, int error);

}  // namespace memkit
