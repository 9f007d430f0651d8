// The least that a program of `psi --by cgroup`'s kind does: opens, reads and closes memory.pressure of the cgroup that
// is named and of every one below it, and writes as many bytes as the table has.
//     cgroup_floor DIRECTORY BYTES
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char text[1 << 16];

static int visit(int dir) {
  const int file = openat(dir, "memory.pressure", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    while (read(file, text, sizeof text) > 0) continue;
    close(file);
  }
  struct stat info;
  if (fstat(dir, &info) == 0 && info.st_nlink == 2) return close(dir);  // no cgroup below it
  DIR* const list = fdopendir(dir);
  if (list == NULL) return 1;
  const struct dirent* entry = NULL;
  while ((entry = readdir(list)) != NULL) {
    if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    const int child = openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (child >= 0) visit(child);
  }
  return closedir(list);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int top = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0 || visit(top) != 0) return 1;
  for (long left = atol(argv[2]); left > 0; left -= (long)sizeof text) {
    const size_t part = left < (long)sizeof text ? (size_t)left : sizeof text;
    if (write(STDOUT_FILENO, text, part) != (ssize_t)part) return 1;
  }
  return 0;
}
