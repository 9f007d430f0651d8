// The least that a program of `smem`'s kind does: lists /proc; of each process opens, reads and closes stat, and
// where it is no kernel thread smaps_rollup and cmdline; writes as many bytes as the table has (the argument).
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[1 << 15];

// The length of what `text` then holds of the file, -1 where it cannot be read.
static ssize_t read_file(int dir, const char* name) {
  const int file = openat(dir, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t used = 0;
  ssize_t got = 0;
  while ((got = read(file, text + used, sizeof text - 1 - (size_t)used)) > 0) used += got;
  close(file);
  text[used] = 0;
  return got < 0 ? -1 : used;
}

// "2 (kthreadd) S 0 0 0 0 -1 2129984": the ninth field is the flags.
static bool is_kernel_thread(void) {
  const unsigned long kthread = 0x00200000;
  const char* at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 9; ++field) at = strchr(at + 1, ' ');
  return at != NULL && (strtoul(at, NULL, 10) & kthread) != 0;
}

int main(int argc, char** argv) {
  const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  DIR* const proc = opendir("/proc");
  if (proc == NULL) return 1;
  const struct dirent* entry = NULL;
  while ((entry = readdir(proc)) != NULL) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const int dir = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) continue;
    if (read_file(dir, "stat") > 0 && !is_kernel_thread()) {
      read_file(dir, "smaps_rollup");
      read_file(dir, "cmdline");
    }
    close(dir);
  }
  closedir(proc);
  for (unsigned long written = 0; written < wanted;) {
    const unsigned long rest = wanted - written;
    const ssize_t got = write(STDOUT_FILENO, text, rest < sizeof text ? rest : sizeof text);
    if (got <= 0) return 1;
    written += (unsigned long)got;
  }
  return 0;
}
